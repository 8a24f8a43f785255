//! A story's timelines, one for each way, as an SVG for the pages.

use std::fmt::Write as _;

use crate::figures::Figures;

/// Where a lane begins, how wide and how high it is, in pixels.
const LEFT: f64 = 130.0;
const WIDTH: f64 = 740.0;
const LANE: f64 = 34.0;

/// One picture of the same story, played in these ways.
pub(crate) fn draw(played: &[Figures]) -> String {
    let longest = played.iter().map(|one| one.end).fold(1.0, f64::max);
    let scale = WIDTH / longest;
    let mut height = 40.0;
    let mut lanes = String::new();
    for one in played {
        let middle = height + 16.0;
        let off = if one.rollback_enabled { "" } else { ", off" };
        let _ = writeln!(lanes, "<text x=\"8\" y=\"{middle:.0}\">{}{off}</text>", one.way);
        for (span, down) in one.spans.iter().zip(&one.down_in) {
            let length = span.to - span.from;
            bar(&mut lanes, (span.from, length - down), height, scale, "#5b9a68");
            bar(&mut lanes, (span.from + length - down, *down), height, scale, "#c4493d");
        }
        let end = LEFT + one.end * scale;
        let (top, bottom) = (height - 2.0, height + 24.0);
        let _ = writeln!(lanes, "<path d=\"M{end:.1} {top:.0}V{bottom:.0}\" stroke=\"#333\"/>");
        let said = format!("{:.0} s down, {:.0} s to the end", one.down, one.end);
        let _ = writeln!(
            lanes,
            "<text x=\"{:.0}\" y=\"{middle:.0}\" fill=\"#fff\" font-size=\"11\">{said}</text>",
            LEFT + 6.0
        );
        height += LANE;
    }
    let name = played.first().map_or("", |one| one.story.name());
    let width = LEFT + WIDTH + 20.0;
    format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"{width:.0}\" height=\"{height:.0}\" \
         font-family=\"sans-serif\" font-size=\"13\">\n<rect width=\"100%\" height=\"100%\" fill=\"#fff\"/>\n\
         <text x=\"8\" y=\"22\" font-weight=\"bold\">{name}</text>\n\
         <text x=\"{LEFT:.0}\" y=\"22\" font-size=\"11\">green: records are processed; red: they are not; line: the \
         stack is at rest and the job runs</text>\n{lanes}</svg>\n"
    )
}

fn bar(lanes: &mut String, (from, length): (f64, f64), top: f64, scale: f64, colour: &str) {
    if length > 0.0 {
        let (x, width) = (LEFT + from * scale, (length * scale).max(1.0));
        let _ =
            writeln!(lanes, "<rect x=\"{x:.1}\" y=\"{top:.0}\" width=\"{width:.1}\" height=\"22\" fill=\"{colour}\"/>");
    }
}
