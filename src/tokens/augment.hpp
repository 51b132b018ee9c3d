// Augmentation: which events of a piece become controls, that is, are shown to the model ahead of
// time (arXiv 2306.08620; draws in the order of docs/spec/preprocessing.md 6).
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "amt/random/numpy_random.hpp"
#include "amt/tokens/events.hpp"

namespace amt {

/// A piece taken apart. Both parts keep the piece's order.
struct AugmentedPiece {
  std::vector<Event> events;
  std::vector<Event> controls;  ///< as as_control() makes them
};

/// Controls are the events of spans of 5 s, the gaps between which are exponential with mean 20 s.
void augment_spans(std::span<const Event> events, NumpyRandom& random, AugmentedPiece& out);

/// Each event is a control with the same probability, drawn from 0.1, 0.2, ..., 0.9.
void augment_random(std::span<const Event> events, NumpyRandom& random, AugmentedPiece& out);

/// Controls are all events of some of the instruments, at least one and not all. A piece with a
/// single instrument is left whole, without a draw.
void augment_instruments(const Piece& piece, NumpyRandom& random, AugmentedPiece& out);

/// The k-th augmentation of a piece: by k mod 10, 0 none, 1 spans, 2 to 5 random, 6 to 9
/// instruments.
void augment(const Piece& piece, int k, NumpyRandom& random, AugmentedPiece& out);

/// Whether the k-th augmentation is one that anticipates. By k alone, even where
/// augment_instruments() leaves a piece whole.
constexpr bool anticipates(int k) { return k % 10 != 0; }

}  // namespace amt
