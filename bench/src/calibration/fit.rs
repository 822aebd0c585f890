//! The logistic model of confidence fitted to values known to be right or wrong.

use sogoc_workers::confidence::{Evidence, FEATURES, probability};

/// Rounds of Newton's method; it settles in fewer.
const ROUNDS: usize = 30;
/// How strongly weights are drawn to zero, so that rare evidence is not believed too much.
const DRAW: f64 = 5.0;

/// A value with known text.
#[derive(Debug, Clone, Copy)]
pub struct Sample {
    /// What the reader knew when it gave its probability.
    pub evidence: Evidence,
    /// Whether it was letter-perfect.
    pub right: bool,
}

/// The weights under which what is known of the samples is likeliest (Newton's method, weights drawn to
/// zero except for the first).
pub fn fit(samples: &[Sample]) -> Vec<f64> {
    let mut weights = vec![0.0; FEATURES];
    let known: Vec<([f64; FEATURES], f64)> = samples
        .iter()
        .map(|sample| (sample.evidence.features(), f64::from(sample.right)))
        .collect();
    for _ in 0..ROUNDS {
        let mut slope = vec![0.0; FEATURES];
        let mut bend = vec![vec![0.0; FEATURES]; FEATURES];
        for (features, right) in &known {
            let p = probability(&weights, features);
            for i in 0..FEATURES {
                slope[i] += features[i] * (right - p);
                for j in 0..FEATURES {
                    bend[i][j] += features[i] * features[j] * p * (1.0 - p);
                }
            }
        }
        for i in 0..FEATURES {
            let draw = if i == 0 { 0.01 } else { DRAW };
            slope[i] -= draw * weights[i];
            bend[i][i] += draw;
        }
        let change = solved(bend, slope);
        weights
            .iter_mut()
            .zip(&change)
            .for_each(|(weight, by)| *weight += by.clamp(-2.0, 2.0));
        if change.iter().all(|by| by.abs() < 1e-6) {
            break;
        }
    }
    weights
}

/// Solves a positive definite system by elimination.
fn solved(mut matrix: Vec<Vec<f64>>, mut right: Vec<f64>) -> Vec<f64> {
    let size = right.len();
    for i in 0..size {
        let pivot = matrix[i].clone();
        for below in i + 1..size {
            let factor = matrix[below][i] / pivot[i];
            let row = matrix[below].iter_mut().zip(&pivot).skip(i);
            row.for_each(|(value, above)| *value -= factor * above);
            right[below] -= factor * right[i];
        }
    }
    for i in (0..size).rev() {
        let known: f64 = (i + 1..size)
            .map(|column| matrix[i][column] * right[column])
            .sum();
        right[i] = (right[i] - known) / matrix[i][i];
    }
    right
}

#[cfg(test)]
mod tests {
    use sogoc_workers::class::FieldKind;
    use sogoc_workers::confidence::{Check, GlyphMatch, Located, SecondReading, Series};

    use super::*;

    fn evidence(engine: f64) -> Evidence {
        Evidence {
            kind: FieldKind::Name,
            engine,
            weakest: engine,
            letters: 14,
            check: Check::Agrees,
            repaired: false,
            second: SecondReading::None,
            series: Series::Unknown,
            column: Some(0.93),
            figures: 1.0,
            listed: 1.0,
            written: false,
            unknown_syllables: 0,
            located: Located::Nowhere,
            alike: GlyphMatch::Unknown,
            clear: 0.0,
            spelled_twice: false,
            print_model_agrees: None,
            has_gap: false,
            held: false,
            trust: None,
            unexplained: false,
        }
    }

    #[test]
    fn fitted_weights_find_what_made_values_right() {
        let samples: Vec<Sample> = (0..400)
            .map(|at| {
                let engine = f64::from(at % 100) / 100.0;
                Sample {
                    evidence: evidence(engine),
                    right: at % 100 > 60,
                }
            })
            .collect();
        let weights = fit(&samples);
        let sure = |engine| probability(&weights, &evidence(engine).features());
        assert!(
            sure(0.9) > 0.95 && sure(0.3) < 0.1,
            "{} {}",
            sure(0.9),
            sure(0.3)
        );
    }
}
