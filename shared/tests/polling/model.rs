//! How long starts take, and what an account lets through.

use std::cmp::Ordering;
use std::collections::BinaryHeap;
use std::f64::consts::{PI, TAU};

use fastrand::Rng;

use crate::policy::{Policy, Waits};

const MEDIAN: f64 = 90.0;
/// Of the logarithm; the ninety-ninth percentile is then 300 s.
const SIGMA: f64 = 0.518;
/// When CloudFormation's patience with a resource is over, in seconds.
const PATIENCE: f64 = 3480.0;
const SEEDS: u64 = 7;

/// The time of one start, by the method of Box and Muller.
fn start(random: &mut Rng) -> f64 {
    let normal = (-2.0 * (1.0 - random.f64()).ln()).sqrt() * (TAU * random.f64()).cos();
    MEDIAN * (SIGMA * normal).exp()
}

/// The least that looks x mean delay can be. A policy that looks at a rate r makes the integral of S r looks and is
/// late by the integral of f / 2r (S: still starting; f: the density of its end); by Cauchy and Schwarz their product
/// is at least half the square of the integral of the root of S f.
pub(crate) fn optimum() -> f64 {
    const STEP: f64 = 0.05;
    let density = |time: f64| {
        let z = (time / MEDIAN).ln() / SIGMA;
        (-z * z / 2.0).exp() / (time * SIGMA * (2.0 * PI).sqrt())
    };
    let (mut starting, mut sum) = (0.0, 0.0);
    for index in (1..60_000_u32).rev() {
        let f = density(f64::from(index) * STEP);
        starting += f * STEP;
        sum += (starting * f).sqrt() * STEP;
    }
    sum * sum / 2.0
}

/// What many simulated starts come to on average.
pub(crate) struct Alone {
    pub(crate) looks: f64,
    pub(crate) delay: f64,
    /// The ninety-fifth percentile of the delay.
    pub(crate) late: f64,
}

/// One application at a time.
pub(crate) fn alone(policy: &Policy, starts: u32) -> Alone {
    let mut random = Rng::with_seed(1);
    let (mut looks, mut delays) = (0.0, Vec::new());
    for _ in 0..starts {
        let (ready, mut waits, mut time) = (start(&mut random), Waits::of(*policy), 0.0);
        while time < ready {
            time += waits.succeeded(&mut random);
            looks += 1.0;
        }
        delays.push(time - ready);
    }
    let count = f64::from(starts);
    Alone { looks: looks / count, delay: delays.iter().sum::<f64>() / count, late: percentile(&mut delays, 95) }
}

/// Means over the applications of a few fleets.
pub(crate) struct Fleet {
    pub(crate) attempts: f64,
    pub(crate) throttled: f64,
    pub(crate) median: f64,
    pub(crate) late: f64,
    /// Applications that CloudFormation gave up on.
    pub(crate) failed: u32,
}

/// `applications` that start at once in an account that lets `limit` calls a second through.
pub(crate) fn fleet(policy: &Policy, applications: u32, limit: f64) -> Fleet {
    let (mut attempts, mut throttled, mut failed, mut delays) = (0.0, 0.0, 0, Vec::new());
    for seed in 1..=SEEDS {
        let mut random = Rng::with_seed(seed);
        let (mut bucket, mut filled) = (2.0 * limit, 0.0);
        let mut looks = BinaryHeap::new();
        for _ in 0..applications {
            // At once, as deployments are: within some seconds. In lockstep a policy without jitter would look worse
            // than it is.
            let (begun, mut waits) = (5.0 * random.f64(), Waits::of(*policy));
            let (ready, at) = (begun + start(&mut random), begun + waits.succeeded(&mut random));
            looks.push(Look { at, ready, waits });
        }
        while let Some(Look { at, ready, mut waits }) = looks.pop() {
            if at > PATIENCE {
                failed += 1;
                continue;
            }
            attempts += 1.0;
            bucket = (2.0 * limit).min(bucket + (at - filled) * limit);
            filled = at;
            let rest = if bucket < 1.0 {
                throttled += 1.0;
                waits.throttled(&mut random)
            } else {
                bucket -= 1.0;
                if at >= ready {
                    delays.push(at - ready);
                    continue;
                }
                waits.succeeded(&mut random)
            };
            looks.push(Look { at: at + rest, ready, waits });
        }
    }
    #[expect(clippy::cast_precision_loss, reason = "seven fleets of a thousand")]
    let all = (SEEDS * u64::from(applications)) as f64;
    Fleet {
        attempts: attempts / all,
        throttled: throttled / attempts,
        median: percentile(&mut delays, 50),
        late: percentile(&mut delays, 95),
        failed,
    }
}

fn percentile(values: &mut [f64], percent: usize) -> f64 {
    values.sort_by(f64::total_cmp);
    values.get(values.len() * percent / 100).copied().unwrap_or(f64::NAN)
}

/// The next look at one application; the earliest is the greatest.
struct Look {
    at: f64,
    ready: f64,
    waits: Waits,
}

impl Ord for Look {
    fn cmp(&self, other: &Self) -> Ordering {
        other.at.total_cmp(&self.at)
    }
}

impl PartialOrd for Look {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl PartialEq for Look {
    fn eq(&self, other: &Self) -> bool {
        self.cmp(other) == Ordering::Equal
    }
}

impl Eq for Look {}
