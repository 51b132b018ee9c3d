// Augmentation: chooses the events of a piece that become controls, that is, are shown to the model
// ahead of time (arXiv 2306.08620; the order of random draws is in docs/spec/preprocessing.md 6).
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "amt/random/numpy_random.hpp"
#include "amt/tokens/events.hpp"

namespace amt {

/// A piece divided into events and controls. Both keep the piece's order.
struct AugmentedPiece {
  std::vector<Event> events;
  std::vector<Event> controls;  ///< as returned by as_control()
};

/// Makes controls of the events within spans of 5 s; the gaps between spans are exponential with a
/// mean of 20 s.
void augment_spans(std::span<const Event> events, NumpyRandom& random, AugmentedPiece& out);

/// Makes each event a control with the same probability, drawn from 0.1, 0.2, ..., 0.9.
void augment_random(std::span<const Event> events, NumpyRandom& random, AugmentedPiece& out);

/// Makes controls of all events of some instruments: at least one instrument, but not all. A piece
/// with a single instrument is not divided, and nothing is drawn.
void augment_instruments(const Piece& piece, NumpyRandom& random, AugmentedPiece& out);

/// The k-th augmentation of a piece: for k mod 10, 0 is none, 1 spans, 2 to 5 random, 6 to 9
/// instruments.
void augment(const Piece& piece, int k, NumpyRandom& random, AugmentedPiece& out);

/// Returns whether the k-th augmentation uses anticipation. Depends on k alone, even if
/// augment_instruments() leaves a piece undivided.
constexpr bool anticipates(int k) { return k % 10 != 0; }

}  // namespace amt
