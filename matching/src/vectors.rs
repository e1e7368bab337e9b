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

/// The columns that are looked at first. They are ordered by what they tell, so that a quarter of
/// them is enough to see which vectors are worth a second look.
const HEAD: usize = 64;
const TAIL: usize = COLUMNS - HEAD;
/// Beyond so many vectors, only the best by their heads are compared in full …
const MANY: usize = 150_000;
/// … so many of them for each that is wanted.
const SECOND_LOOKS: usize = 60;
/// Columns that are looked at together.
const LANES: usize = 16;
/// Products are made cosines so many at a time.
const BLOCK: usize = 256;

/// A direction.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Vector {
    head: [i8; HEAD],
    tail: [i8; TAIL],
    /// One through its length; 0 where there is none.
    scale: f32,
}

impl Vector {
    /// No direction: its cosine with any is 0.
    pub(crate) const NONE: Self = Self { head: [0; HEAD], tail: [0; TAIL], scale: 0.0 };

    /// The direction of a vector; `None` of one that has none.
    pub(crate) fn of(vector: &[f32; COLUMNS]) -> Option<Self> {
        let most = vector.iter().fold(0.0_f32, |most, x| most.max(x.abs()));
        if most <= 0.0 {
            return None;
        }
        let step = 127.0 / most;
        let mut direction = Self::NONE;
        let columns = direction.head.iter_mut().chain(&mut direction.tail);
        for (column, x) in columns.zip(vector) {
            *column = to_byte(x * step);
        }
        let square = dot(&direction, &direction.head, &direction.tail);
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
        let dot = dot(self, &other.head, &other.tail);
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
    head: [f32; HEAD],
    tail: [f32; TAIL],
}

impl Default for Sum {
    fn default() -> Self {
        Self { head: [0.0; HEAD], tail: [0.0; TAIL] }
    }
}

impl Sum {
    /// Adds a meaning some times.
    #[inline(always)]
    pub(crate) fn add(&mut self, meaning: &Meaning, times: u8) {
        let step = meaning.step() * f32::from(times);
        add_bytes(&mut self.head, &meaning.direction.head, step);
        add_bytes(&mut self.tail, &meaning.direction.tail, step);
    }

    #[inline(always)]
    pub(crate) fn add_all(&mut self, other: &Self) {
        for (sum, x) in self.head.iter_mut().zip(&other.head) {
            *sum += x;
        }
        for (sum, x) in self.tail.iter_mut().zip(&other.tail) {
            *sum += x;
        }
    }

    /// The product with itself.
    #[inline(always)]
    pub(crate) fn square(&self) -> f64 {
        f64::from(sum_of(&self.head, |i| self.head[i]) + sum_of(&self.tail, |i| self.tail[i]))
    }

    /// The product with a meaning.
    #[inline(always)]
    pub(crate) fn times(&self, meaning: &Meaning) -> f64 {
        let Vector { head, tail, .. } = &meaning.direction;
        let sum =
            sum_of(&self.head, |i| f32::from(head[i])) + sum_of(&self.tail, |i| f32::from(tail[i]));
        f64::from(sum * meaning.step())
    }

    pub(crate) fn direction(&self) -> Option<Vector> {
        let mut all = [0.0; COLUMNS];
        all[..HEAD].copy_from_slice(&self.head);
        all[HEAD..].copy_from_slice(&self.tail);
        Vector::of(&all)
    }
}

#[inline(always)]
fn add_bytes<const N: usize>(sum: &mut [f32; N], bytes: &[i8; N], step: f32) {
    for (sum, &x) in sum.iter_mut().zip(bytes) {
        *sum += step * f32::from(x);
    }
}

/// The sum of products with what stands in the same columns, sixteen columns at a time.
#[inline(always)]
fn sum_of<const N: usize>(numbers: &[f32; N], other: impl Fn(usize) -> f32) -> f32 {
    let mut lanes = [0.0_f32; LANES];
    for (block, numbers) in numbers.chunks_exact(LANES).enumerate() {
        for (lane, number) in numbers.iter().enumerate() {
            lanes[lane] += number * other(LANES * block + lane);
        }
    }
    lanes.iter().sum()
}

/// The product of two directions, sixteen columns at a time: a product of two bytes from -127 to 127
/// fits into sixteen bits, their sum does not.
#[inline(always)]
fn dot(of: &Vector, head: &[i8; HEAD], tail: &[i8; TAIL]) -> i32 {
    let mut lanes = [0; LANES];
    add_products(&mut lanes, &of.head, head);
    add_products(&mut lanes, &of.tail, tail);
    lanes.iter().sum()
}

#[inline(always)]
fn add_products<const N: usize>(lanes: &mut [i32; LANES], a: &[i8; N], b: &[i8; N]) {
    for (a, b) in a.as_chunks::<LANES>().0.iter().zip(b.as_chunks::<LANES>().0) {
        for ((lane, &a), &b) in lanes.iter_mut().zip(a).zip(b) {
            *lane += i32::from(i16::from(a) * i16::from(b));
        }
    }
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
    heads: Vec<[i8; HEAD]>,
    tails: Vec<[i8; TAIL]>,
    scales: Vec<f32>,
}

impl Matrix {
    pub(crate) fn len(&self) -> usize {
        self.scales.len()
    }

    pub(crate) fn set(&mut self, slot: usize, vector: Option<&Vector>) {
        if self.len() <= slot {
            self.heads.resize(slot + 1, [0; HEAD]);
            self.tails.resize(slot + 1, [0; TAIL]);
            self.scales.resize(slot + 1, 0.0);
        }
        let &Vector { head, tail, scale } = vector.unwrap_or(&Vector::NONE);
        self.heads[slot] = head;
        self.tails[slot] = tail;
        self.scales[slot] = scale;
    }

    /// The vector in a slot, if there is one.
    pub(crate) fn get(&self, slot: usize) -> Option<Vector> {
        let scale = *self.scales.get(slot)?;
        let vector = Vector { head: self.heads[slot], tail: self.tails[slot], scale };
        (scale > 0.0).then_some(vector)
    }

    /// How near every vector is to one, by its cosine in millionths: by all columns, or, among more
    /// than [`MANY`] unless it must be exact, by the first ones.
    pub(crate) fn cosines(&self, to: &Vector, exactly: bool) -> Cosines {
        let mut cosines = vec![0; self.len()];
        let exactly = exactly || self.len() <= MANY;
        if exactly {
            Arch::new().dispatch(Whole { matrix: self, to, cosines: &mut cosines });
        } else {
            Arch::new().dispatch(Heads { matrix: self, to, cosines: &mut cosines });
        }
        Cosines { cosines, exactly }
    }

    /// The `count` vectors nearest to `to` among those that `admits` lets through, in no particular
    /// order, of cosines that were asked before; none that has a cosine of 0 or less. Equal ones by
    /// `rank`, the lower first. Where cosines are not exact, the best are compared in full.
    pub(crate) fn nearest<R: Ord>(
        &self,
        to: &Vector,
        cosines: &Cosines,
        count: usize,
        rank: impl Fn(usize) -> R,
        admits: impl Fn(usize) -> bool,
    ) -> Vec<(i32, usize)> {
        let looks = if cosines.exactly { 1 } else { SECOND_LOOKS };
        let mut best = Best::new(count.saturating_mul(looks), &rank);
        best.offer_all(&cosines.cosines, &admits);
        if cosines.exactly {
            return best.done();
        }
        let mut exact = Best::new(count, &rank);
        for (_, slot) in best.done() {
            if let Some(vector) = self.get(slot) {
                exact.offer(to.cosine(&vector), slot, &admits);
            }
        }
        exact.done()
    }
}

/// How near vectors are, by slot.
#[derive(Debug)]
pub(crate) struct Cosines {
    cosines: Vec<i32>,
    /// Whether all columns were compared.
    exactly: bool,
}

impl Cosines {
    /// In millionths; 0 where there is no vector.
    pub(crate) fn of(&self, slot: usize) -> i32 {
        self.cosines.get(slot).copied().unwrap_or(0)
    }
}

/// Makes products cosines: many at once, which one by one takes longer than the products.
#[inline(always)]
fn scale(products: &mut [i32], own: f32, scales: &[f32]) {
    for (product, scale) in products.iter_mut().zip(scales) {
        *product = to_millionths(to_float(*product) * (own * scale));
    }
}

/// The cosines with all vectors, by the widest instructions that the machine has.
struct Whole<'a> {
    matrix: &'a Matrix,
    to: &'a Vector,
    cosines: &'a mut [i32],
}

impl WithSimd for Whole<'_> {
    type Output = ();

    #[inline(always)]
    fn with_simd<S: pulp::Simd>(self, _: S) {
        let Self { matrix, to, cosines } = self;
        let vectors = matrix.heads.chunks(BLOCK).zip(matrix.tails.chunks(BLOCK));
        let blocks = cosines.chunks_mut(BLOCK).zip(vectors).zip(matrix.scales.chunks(BLOCK));
        for ((cosines, (heads, tails)), scales) in blocks {
            for (cosine, (head, tail)) in cosines.iter_mut().zip(heads.iter().zip(tails)) {
                *cosine = dot(to, head, tail);
            }
            scale(cosines, to.scale, scales);
        }
    }
}

/// The same by the heads alone.
struct Heads<'a> {
    matrix: &'a Matrix,
    to: &'a Vector,
    cosines: &'a mut [i32],
}

impl WithSimd for Heads<'_> {
    type Output = ();

    #[inline(always)]
    fn with_simd<S: pulp::Simd>(self, _: S) {
        let Self { matrix, to, cosines } = self;
        let vectors = matrix.heads.chunks(BLOCK).zip(matrix.scales.chunks(BLOCK));
        for (cosines, (heads, scales)) in cosines.chunks_mut(BLOCK).zip(vectors) {
            for (cosine, head) in cosines.iter_mut().zip(heads) {
                let mut lanes = [0; LANES];
                add_products(&mut lanes, &to.head, head);
                *cosine = lanes.iter().sum();
            }
            scale(cosines, to.scale, scales);
        }
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
            let cosines = matrix.cosines(to, true);
            let mut found = matrix.nearest(to, &cosines, 50, |slot| slot, |slot| slot % 3 != 1);
            found.sort_unstable_by_key(|&(cosine, slot)| (Reverse(cosine), slot));
            assert_eq!(found, all[..50]);
        }
    }

    #[test]
    fn a_slot_that_was_emptied_is_not_found() {
        let vectors = directions(100);
        let mut matrix = matrix(&vectors);
        matrix.set(0, None);
        assert_eq!(matrix.get(0), None);
        let cosines = matrix.cosines(&vectors[0], true);
        let found = matrix.nearest(&vectors[0], &cosines, 100, |slot| slot, |_| true);
        assert!(found.iter().all(|&(_, slot)| slot != 0));
    }
}
