//! `flink-stack publish`: a release into a bucket of the user's own, and what the functions template is then given.
//! Lambda takes zips from a bucket of its own region alone, so that each region has one.

use std::process::ExitCode;

use ::functions::Signed;
use shared::operator::deployment::Values;
use shared::operator::deployment::published::{CODE_PREFIX, PublishedRelease, encoded};

use super::super::{Stop, interrupt};
use super::folder::{Release, SUMS};
use crate::cli::Publish;
use crate::operate::account;
use crate::stdout::show;

/// Copies it, and prints the parameters alone on stdout.
pub(crate) fn run(asked: &Publish) -> ExitCode {
    let code = match interrupt::listen().map_err(Stop::Failed).and_then(|()| publish(asked)) {
        Ok(()) => 0,
        Err(stop) => {
            stop.lines().iter().for_each(|line| eprintln!("flink-stack publish: {line}"));
            stop.exit_code()
        }
    };
    ExitCode::from(code)
}

fn publish(asked: &Publish) -> Result<(), Stop> {
    let release =
        Release::read(&asked.release.display().to_string()).map_err(|problem| Stop::Refused(vec![problem]))?;
    let region = account::region(asked.region.as_deref())?;
    let published = PublishedRelease::new(&asked.bucket, &asked.prefix, &release.version, &region)?;
    let signed = account::operator(&region)?.signed();
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
    let runtime = runtime.map_err(|error| error.to_string())?;
    runtime.block_on(upload(&release, &published, &signed, &|text| eprintln!("==> {text}")))?;
    eprintln!("==> after access: aws cloudformation deploy --region {region} --stack-name flink-functions \\");
    eprintln!("      --template-file {}/templates/functions.template.json \\", asked.release.display());
    eprintln!("      --capabilities CAPABILITY_NAMED_IAM --parameter-overrides {}", published.overrides());
    eprintln!("==> or in the console: {}", published.quick_create(&region));
    show(&format!("{}\n", published.overrides()));
    Ok(())
}

/// Where a deployment puts a release: what is given, else where the functions stack has its zips from, else the
/// artifact bucket.
///
/// # Errors
/// A prefix that the template does not take.
pub(in super::super) fn place(
    release: &Release,
    region: &str,
    given: Option<&str>,
    deployed: Option<&Values>,
    artifacts: &str,
) -> Result<PublishedRelease, String> {
    let of_stack = |name: &str| deployed.and_then(|values| values.get(name)).map(String::as_str);
    let bucket = given.or_else(|| of_stack("CodeBucket").filter(|bucket| !bucket.is_empty())).unwrap_or(artifacts);
    PublishedRelease::new(bucket, of_stack("CodePrefix").unwrap_or(CODE_PREFIX), &release.version, region)
}

/// Puts what is not there yet, SHA256SUMS last: it says that the others are there.
///
/// # Errors
/// Another build of this version is there, whose key CloudFormation would not see change; or what S3 said.
pub(in super::super) async fn upload(
    release: &Release,
    published: &PublishedRelease,
    signed: &Signed,
    say: &dyn Fn(&str),
) -> Result<(), Stop> {
    let PublishedRelease { bucket, version, .. } = published;
    let address = signed.address("s3", Some(bucket));
    let url = |file: &str| format!("{address}/{}", encoded(&published.key(file)));
    let read = |file: &str| {
        let path = release.folder.join(file);
        std::fs::read(&path).map_err(|error| format!("{}: {error}", path.display()))
    };
    let sums = read(SUMS)?;
    let found = interrupt::unless(signed.send("s3", "GET", &url(SUMS), b"")).await??;
    match found.status {
        200 if found.body.as_bytes() == sums => {
            say(&format!("release {version} is in s3://{bucket} already"));
            return Ok(());
        }
        200 => {
            return Err(Stop::Refused(vec![format!(
                "s3://{bucket}/{} is of another build of {version}, and functions would keep its code; give another \
                 --prefix, or remove what is under that one",
                published.key(SUMS)
            )]));
        }
        // A caller who may not list a bucket is answered 403 for a key that is not there.
        403 | 404 => {}
        status => return Err(refused(bucket, status, &found.body)),
    }
    for file in release.files.iter().map(String::as_str).chain([SUMS]) {
        let bytes = read(file)?;
        say(&format!("{file} ({} KB) to s3://{bucket}/{}", bytes.len().div_ceil(1000), published.key(file)));
        let Ok(reply) = interrupt::unless(signed.send("s3", "PUT", &url(file), &bytes)).await else {
            say(
                "the upload of the release is given up, and no operation of CloudFormation goes on; the next one begins it anew",
            );
            return Err(Stop::Interrupted);
        };
        let reply = reply?;
        if !(200..300).contains(&reply.status) {
            return Err(refused(bucket, reply.status, &reply.body));
        }
    }
    Ok(())
}

/// What S3's refusal means, and what to give in its place.
fn refused(bucket: &str, status: u16, body: &str) -> Stop {
    let elsewhere = [301, 307].contains(&status) || body.contains("AuthorizationHeaderMalformed");
    let meaning = if elsewhere {
        "it is in another region, and Lambda takes zips from a bucket of its own region alone; give one of this region"
    } else if body.contains("NoSuchBucket") {
        "there is no such bucket; make it in this region, or give another one"
    } else {
        "fix what it names, and run this again"
    };
    Stop::Failed(format!("the bucket {bucket}: S3 answers with HTTP status {status}: {}; {meaning}", body.trim()))
}
