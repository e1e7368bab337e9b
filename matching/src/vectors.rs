//! Directions, a byte a column, and the search for those that point the same way.
//!
//! A text's vector is rounded to bytes once. From there on everything is whole numbers: the same
//! two texts have the same cosine on every machine, however wide its instructions are.

#![expect(
    clippy::inline_always,
    reason = "what is not inlined is not compiled for the wide instructions"
)]

use pulp::{Arch, WithSimd};

use crate::embedding::COLUMNS;

/// Columns are ordered by what they tell: the first few say which vectors are worth a glance …
const GLIMPSE: usize = 16;
/// … and a quarter of them which are worth comparing in full.
const GLANCE: usize = 64;
/// Up to so many vectors, all are compared in full.
const FEW: usize = 10_000;
/// Beyond, one in so many has a glance, and of those one in so many is compared in full, …
const ONE_IN: [usize; 2] = [16, 8];
/// … but at least so many for each that is wanted.
const AT_LEAST: [usize; 2] = [60, 12];
/// Columns that are looked at together, and vectors that have a glimpse together.
const LANES: usize = 16;
/// Products are made cosines so many at a time.
const BLOCK: usize = 256;

/// A direction.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Vector {
    columns: [i8; COLUMNS],
    /// One through its length; 0 where there is none.
    scale: f32,
}

impl Vector {
    /// No direction: its cosine with any is 0.
    pub(crate) const NONE: Self = Self { columns: [0; COLUMNS], scale: 0.0 };

    /// The direction of a vector; `None` of one that has none.
    pub(crate) fn of(vector: &[f32; COLUMNS]) -> Option<Self> {
        let most = vector.iter().fold(0.0_f32, |most, x| most.max(x.abs()));
        if most <= 0.0 {
            return None;
        }
        let step = 127.0 / most;
        let mut direction = Self::NONE;
        for (column, x) in direction.columns.iter_mut().zip(vector) {
            *column = to_byte(x * step);
        }
        let square = dot(&direction.columns, &direction.columns);
        direction.scale = 1.0 / to_float(square).sqrt();
        Some(direction)
    }

    /// The direction in the middle of some; `None` of none.
    pub(crate) fn between(directions: &[Self]) -> Option<Self> {
        let mut sum = Sum::default();
        for &direction in directions {
            sum.add(&Meaning { direction, length: 1.0 }, 1);
        }
        sum.direction()
    }

    /// The cosine of the angle between two directions, in millionths.
    #[inline(always)]
    pub(crate) fn cosine(&self, other: &Self) -> i32 {
        let dot = dot(&self.columns, &other.columns);
        // The scales first: the same from both sides.
        to_millionths(to_float(dot) * (self.scale * other.scale))
    }
}

/// A direction, and how far: the rarer a word was where the table was learnt, the farther.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Meaning {
    pub(crate) direction: Vector,
    pub(crate) length: f32,
}

impl Meaning {
    /// The meaning that a vector is; `None` of one that has no direction.
    pub(crate) fn of(vector: &[f32; COLUMNS]) -> Option<Self> {
        let direction = Vector::of(vector)?;
        Some(Self { direction, length: vector.iter().map(|x| x * x).sum::<f32>().sqrt() })
    }

    /// The product of two, by columns.
    #[inline(always)]
    pub(crate) fn times(&self, other: &Self) -> f64 {
        let lengths = f64::from(self.length) * f64::from(other.length);
        f64::from(self.direction.cosine(&other.direction)) / 1_000_000.0 * lengths
    }

    /// What a step of its columns is worth.
    #[inline(always)]
    fn step(&self) -> f32 {
        self.direction.scale * self.length
    }
}

/// Vectors added up. Fractions are added in one order, whatever the machine can do at once.
#[derive(Clone, Debug)]
pub(crate) struct Sum {
    columns: [f32; COLUMNS],
}

impl Default for Sum {
    fn default() -> Self {
        Self { columns: [0.0; COLUMNS] }
    }
}

impl Sum {
    /// Adds a meaning some times.
    #[inline(always)]
    pub(crate) fn add(&mut self, meaning: &Meaning, times: u8) {
        let step = meaning.step() * f32::from(times);
        for (sum, &x) in self.columns.iter_mut().zip(&meaning.direction.columns) {
            *sum += step * f32::from(x);
        }
    }

    #[inline(always)]
    pub(crate) fn add_all(&mut self, other: &Self) {
        for (sum, x) in self.columns.iter_mut().zip(&other.columns) {
            *sum += x;
        }
    }

    /// The product with itself.
    #[inline(always)]
    pub(crate) fn square(&self) -> f64 {
        f64::from(sum_of(&self.columns, |i| self.columns[i]))
    }

    /// The product with a meaning.
    #[inline(always)]
    pub(crate) fn times(&self, meaning: &Meaning) -> f64 {
        let columns = &meaning.direction.columns;
        f64::from(sum_of(&self.columns, |i| f32::from(columns[i])) * meaning.step())
    }

    pub(crate) fn direction(&self) -> Option<Vector> {
        Vector::of(&self.columns)
    }
}

/// The sum of products with what stands in the same columns, sixteen columns at a time.
#[inline(always)]
fn sum_of(numbers: &[f32; COLUMNS], other: impl Fn(usize) -> f32) -> f32 {
    let mut lanes = [0.0_f32; LANES];
    for (block, numbers) in numbers.chunks_exact(LANES).enumerate() {
        for (lane, number) in numbers.iter().enumerate() {
            lanes[lane] += number * other(LANES * block + lane);
        }
    }
    lanes.iter().sum()
}

/// The product of two directions or of as many of their first columns, sixteen at a time: a product
/// of two bytes from -127 to 127 fits into sixteen bits, their sum does not.
#[inline(always)]
fn dot(a: &[i8], b: &[i8]) -> i32 {
    let mut lanes = [0; LANES];
    for (a, b) in a.as_chunks::<LANES>().0.iter().zip(b.as_chunks::<LANES>().0) {
        for ((lane, &a), &b) in lanes.iter_mut().zip(a).zip(b) {
            *lane += i32::from(i16::from(a) * i16::from(b));
        }
    }
    lanes.iter().sum()
}

#[expect(clippy::cast_possible_truncation, reason = "-127 to 127 by its step")]
fn to_byte(x: f32) -> i8 {
    x.round() as i8
}

/// Exact: 256 times 127 squared has 22 bits.
#[inline(always)]
#[expect(clippy::cast_precision_loss)]
fn to_float(dot: i32) -> f32 {
    dot as f32
}

#[inline(always)]
#[expect(clippy::cast_possible_truncation, reason = "a cosine is about -1 to 1")]
fn to_millionths(cosine: f32) -> i32 {
    (cosine * 1_000_000.0).round_ties_even() as i32
}

/// The vectors of documents by their slots.
#[derive(Debug, Default)]
pub(crate) struct Matrix {
    columns: Vec<[i8; COLUMNS]>,
    scales: Vec<f32>,
    /// Their first columns once more: of sixteen vectors column by column, so that sixteen products
    /// are made at once and none has to be added across.
    glimpses: Vec<[[i8; LANES]; GLIMPSE]>,
}

impl Matrix {
    pub(crate) fn set(&mut self, slot: usize, vector: Option<&Vector>) {
        if self.scales.len() <= slot {
            self.columns.resize(slot + 1, [0; COLUMNS]);
            self.scales.resize(slot + 1, 0.0);
            self.glimpses.resize(slot / LANES + 1, [[0; LANES]; GLIMPSE]);
        }
        let &Vector { columns, scale } = vector.unwrap_or(&Vector::NONE);
        self.columns[slot] = columns;
        self.scales[slot] = scale;
        let glimpses = &mut self.glimpses[slot / LANES];
        for (glimpses, &column) in glimpses.iter_mut().zip(&columns) {
            glimpses[slot % LANES] = column;
        }
    }

    /// How near the vectors in some slots are to one, by their cosines in millionths; 0 where there
    /// is none.
    pub(crate) fn cosines(&self, to: &Vector, slots: &[usize]) -> Vec<(i32, usize)> {
        Arch::new().dispatch(Compared::<COLUMNS> { matrix: self, to, slots })
    }

    /// The `count` vectors nearest to `to` among those that `admits` lets through, in no particular
    /// order; none that has a cosine of 0 or less. Equal ones by `rank`, the lower first. Of more than
    /// [`FEW`], unless it must be exact, some may be missed whose first columns do not show it.
    pub(crate) fn nearest<R: Ord>(
        &self,
        to: &Vector,
        count: usize,
        exactly: bool,
        rank: impl Fn(usize) -> R,
        admits: impl Fn(usize) -> bool,
    ) -> Vec<(i32, usize)> {
        let arch = Arch::new();
        let mut best = Best::new(count, &rank);
        if exactly || self.scales.len() <= FEW {
            best.offer_all(&arch.dispatch(Whole { matrix: self, to }), &admits);
            return best.done();
        }
        let glances = (self.scales.len() / ONE_IN[0]).max(count.saturating_mul(AT_LEAST[0]));
        let looks = (glances / ONE_IN[1]).max(count.saturating_mul(AT_LEAST[1]));
        let glimpses = arch.dispatch(Glimpses { matrix: self, to });
        let glimpses = glimpses.iter().enumerate().map(|(slot, &near)| (near, slot));
        let slots = promising(glimpses, glances, admits);
        let glance = arch.dispatch(Compared::<GLANCE> { matrix: self, to, slots: &slots });
        let slots = promising(glance.into_iter(), looks, |_| true);
        for (near, slot) in self.cosines(to, &slots) {
            best.offer(near, slot, |_| true);
        }
        best.done()
    }
}

/// Whatever may be among the nearest `count` of those that `admits` lets through. Nearness is rounded
/// down, and what then is equal comes along: no order of slots tells.
fn promising(
    near: impl Iterator<Item = (i32, usize)> + Clone,
    count: usize,
    admits: impl Fn(usize) -> bool,
) -> Vec<usize> {
    let step = |near: i32| usize::try_from(near >> 10).unwrap_or(0).min(1023);
    let near = near.filter(|&(near, slot)| near > 0 && admits(slot));
    let mut steps = [0; 1024];
    for (near, _) in near.clone() {
        steps[step(near)] += 1;
    }
    let mut above = 0;
    let least = (0..1024).rev().find(|&step| {
        above += steps[step];
        above >= count
    });
    let least = least.unwrap_or(0);
    near.filter(|&(near, _)| step(near) >= least).map(|(_, slot)| slot).collect()
}

/// Makes products cosines, many at once: one by one it takes longer than the products.
#[inline(always)]
fn scale(products: &mut [i32], own: f32, scales: &[f32]) {
    for (product, scale) in products.iter_mut().zip(scales) {
        *product = to_millionths(to_float(*product) * (own * scale));
    }
}

/// The cosines of all vectors, by the widest instructions that the machine has.
struct Whole<'a> {
    matrix: &'a Matrix,
    to: &'a Vector,
}

impl WithSimd for Whole<'_> {
    type Output = Vec<i32>;

    #[inline(always)]
    fn with_simd<S: pulp::Simd>(self, _: S) -> Vec<i32> {
        let Self { matrix, to } = self;
        let mut cosines = vec![0; matrix.scales.len()];
        let blocks = matrix.columns.chunks(BLOCK).zip(matrix.scales.chunks(BLOCK));
        for (cosines, (vectors, scales)) in cosines.chunks_mut(BLOCK).zip(blocks) {
            for (cosine, vector) in cosines.iter_mut().zip(vectors) {
                *cosine = dot(&to.columns, vector);
            }
            scale(cosines, to.scale, scales);
        }
        cosines
    }
}

/// What of the cosines of all vectors comes from their first columns.
struct Glimpses<'a> {
    matrix: &'a Matrix,
    to: &'a Vector,
}

impl WithSimd for Glimpses<'_> {
    type Output = Vec<i32>;

    #[inline(always)]
    fn with_simd<S: pulp::Simd>(self, _: S) -> Vec<i32> {
        let Self { matrix, to } = self;
        let mut cosines = vec![0; matrix.scales.len()];
        let blocks = matrix.glimpses.iter().zip(matrix.scales.chunks(LANES));
        for (cosines, (columns, scales)) in cosines.chunks_mut(LANES).zip(blocks) {
            let mut products = [0; LANES];
            for (&own, column) in to.columns.iter().zip(columns) {
                for (product, &other) in products.iter_mut().zip(column) {
                    *product += i32::from(i16::from(own) * i16::from(other));
                }
            }
            scale(&mut products, to.scale, scales);
            cosines.copy_from_slice(&products[..cosines.len()]);
        }
        cosines
    }
}

/// How near the vectors in some slots are, by their first columns.
struct Compared<'a, const N: usize> {
    matrix: &'a Matrix,
    to: &'a Vector,
    slots: &'a [usize],
}

impl<const N: usize> WithSimd for Compared<'_, N> {
    type Output = Vec<(i32, usize)>;

    #[inline(always)]
    fn with_simd<S: pulp::Simd>(self, _: S) -> Vec<(i32, usize)> {
        let Self { matrix, to, slots } = self;
        let mut compared = Vec::with_capacity(slots.len());
        for &slot in slots {
            let dot = dot(&to.columns[..N], &matrix.columns[slot][..N]);
            let scale = to.scale * matrix.scales[slot];
            compared.push((to_millionths(to_float(dot) * scale), slot));
        }
        compared
    }
}

/// Adds the cosines of one direction with each of some others, in millionths.
pub(crate) fn cosines(of: &Vector, with: &[Vector], to: &mut Vec<i32>) {
    Arch::new().dispatch(Few { of, with, to });
}

struct Few<'a> {
    of: &'a Vector,
    with: &'a [Vector],
    to: &'a mut Vec<i32>,
}

impl WithSimd for Few<'_> {
    type Output = ();

    #[inline(always)]
    fn with_simd<S: pulp::Simd>(self, _: S) {
        let Self { of, with, to } = self;
        to.reserve(with.len());
        for other in with {
            to.push(of.cosine(other));
        }
    }
}

/// The best of many, kept while they pass by; equal ones by `rank`.
pub(crate) struct Best<F> {
    count: usize,
    rank: F,
    kept: Vec<(i32, usize)>,
    /// What is not above it need not be looked at.
    bar: i32,
}

impl<R: Ord, F: Fn(usize) -> R> Best<F> {
    pub(crate) fn new(count: usize, rank: F) -> Self {
        Self { count, rank, kept: Vec::new(), bar: 1 }
    }

    /// Something with a score; nothing that has 0 or less is kept.
    #[inline]
    pub(crate) fn offer(&mut self, score: i32, slot: usize, admits: impl Fn(usize) -> bool) {
        if score < self.bar || !admits(slot) {
            return;
        }
        self.kept.push((score, slot));
        if self.kept.len() >= 2 * self.count.max(64) {
            self.cut();
        }
    }

    fn offer_all(&mut self, scores: &[i32], admits: impl Fn(usize) -> bool) {
        for (slot, &score) in scores.iter().enumerate() {
            self.offer(score, slot, &admits);
        }
    }

    fn cut(&mut self) {
        let Self { count, rank, kept, bar } = self;
        if kept.len() > *count {
            // Ranks lie far apart in memory: they are asked of equals alone.
            let (_, last, _) = kept.select_nth_unstable_by(count.saturating_sub(1), |a, b| {
                b.0.cmp(&a.0).then_with(|| rank(a.1).cmp(&rank(b.1)))
            });
            *bar = last.0.max(*bar);
            kept.truncate(*count);
        }
    }

    pub(crate) fn done(mut self) -> Vec<(i32, usize)> {
        self.cut();
        self.kept
    }
}

#[cfg(test)]
mod tests {
    use std::cmp::Reverse;

    use super::*;

    /// Any directions, always the same ones, some of them alike.
    fn directions(count: u32) -> Vec<Vector> {
        let mut state = 1_u64;
        let mut number = || {
            state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
            f32::from(u16::try_from(state >> 48).unwrap_or(0)) / 32_768.0 - 1.0
        };
        let topics: Vec<[f32; COLUMNS]> =
            (0..20).map(|_| std::array::from_fn(|_| number())).collect();
        (0..count)
            .map(|i| {
                let topic = topics[i as usize % topics.len()];
                // The first columns tell most, as those of the table do.
                let vector = std::array::from_fn(|column| {
                    let weight = 8.0 / (8.0 + f32::from(u16::try_from(column).unwrap_or(0)));
                    (topic[column] + number()) * weight
                });
                Vector::of(&vector).expect("a direction")
            })
            .collect()
    }

    fn matrix(vectors: &[Vector]) -> Matrix {
        let mut matrix = Matrix::default();
        for (slot, vector) in vectors.iter().enumerate() {
            matrix.set(slot, Some(vector));
        }
        matrix
    }

    #[test]
    fn a_cosine_is_the_same_from_both_sides_and_one_with_itself() {
        let vectors = directions(40);
        for a in &vectors {
            assert!((a.cosine(a) - 1_000_000).abs() <= 1);
            for b in &vectors {
                assert_eq!(a.cosine(b), b.cosine(a));
            }
        }
        assert_eq!(Vector::of(&[0.0; COLUMNS]), None);
    }

    #[test]
    fn the_nearest_are_those_that_comparing_one_by_one_finds() {
        let vectors = directions(3_000);
        let matrix = matrix(&vectors);
        for to in &vectors[..5] {
            let mut all: Vec<_> = vectors
                .iter()
                .enumerate()
                .filter(|(slot, _)| slot % 3 != 1)
                .map(|(slot, vector)| (to.cosine(vector), slot))
                .filter(|(cosine, _)| *cosine > 0)
                .collect();
            all.sort_unstable_by_key(|&(cosine, slot)| (Reverse(cosine), slot));
            let mut found = matrix.nearest(to, 50, true, |slot| slot, |slot| slot % 3 != 1);
            found.sort_unstable_by_key(|&(cosine, slot)| (Reverse(cosine), slot));
            assert_eq!(found, all[..50]);
        }
    }

    #[test]
    fn of_many_hardly_any_is_missed_and_the_order_of_slots_tells_nothing() {
        let vectors = directions(15_000);
        assert!(vectors.len() > FEW);
        let last = vectors.len() - 1;
        let forwards = matrix(&vectors);
        let backwards = matrix(&vectors.iter().rev().copied().collect::<Vec<_>>());
        let (mut found, mut all) = (0, 0);
        for to in &vectors[..20] {
            let sorted = |mut nearest: Vec<(i32, usize)>| {
                nearest.sort_unstable();
                nearest
            };
            let exact = forwards.nearest(to, 50, true, |slot| slot, |slot| slot % 3 != 1);
            let looked = forwards.nearest(to, 50, false, |slot| slot, |slot| slot % 3 != 1);
            let looked = sorted(looked);
            let turned =
                backwards.nearest(to, 50, false, |slot| last - slot, |slot| (last - slot) % 3 != 1);
            let turned = turned.into_iter().map(|(cosine, slot)| (cosine, last - slot));
            assert_eq!(looked, sorted(turned.collect()));
            assert!(looked.iter().all(|&(cosine, slot)| cosine == to.cosine(&vectors[slot])));
            found += exact.iter().filter(|hit| looked.contains(hit)).count();
            all += exact.len();
        }
        assert!(100 * found >= 98 * all, "{found} of {all}");
    }

    #[test]
    fn a_slot_that_was_emptied_is_not_found() {
        let vectors = directions(100);
        let mut matrix = matrix(&vectors);
        matrix.set(0, None);
        assert_eq!(matrix.cosines(&vectors[0], &[0]), [(0, 0)]);
        let found = matrix.nearest(&vectors[0], 100, true, |slot| slot, |_| true);
        assert!(found.iter().all(|&(_, slot)| slot != 0));
    }
}
