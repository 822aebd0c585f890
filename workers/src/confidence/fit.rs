//! The logistic model: reckoned from weights, and fitted to values known to be right or wrong.

use super::Evidence;
use super::evidence::FEATURES;

/// Rounds of Newton's method; it settles in fewer.
const ROUNDS: usize = 30;
/// How strongly weights are drawn to nought, so that rare evidence is not believed too much.
const DRAW: f64 = 5.0;

/// A value with known text.
#[derive(Debug, Clone, Copy)]
pub struct Sample {
    /// What was known of it when it was read.
    pub evidence: Evidence,
    /// Whether it was letter-perfect.
    pub right: bool,
}

/// The features of a value without their names.
pub(super) fn figures(evidence: &Evidence) -> [f64; FEATURES] {
    evidence.features().map(|(_, figure)| figure)
}

/// The probability these weights give those features.
pub(super) fn probability(weights: &[f64], features: &[f64; FEATURES]) -> f64 {
    let sum: f64 = weights.iter().zip(features).map(|(w, f)| w * f).sum();
    1.0 / (1.0 + (-sum).exp())
}

/// The weights under which what is known of the samples is likeliest (Newton's method, weights drawn to
/// nought but for the first).
pub fn fit(samples: &[Sample]) -> Vec<f64> {
    let mut weights = vec![0.0; FEATURES];
    let known: Vec<([f64; FEATURES], f64)> = samples
        .iter()
        .map(|sample| (figures(&sample.evidence), f64::from(sample.right)))
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
