// Generates several pieces in parallel, one token of each at a time.
#pragma once

#include <vector>

#include "draw.hpp"
#include "generation.hpp"

namespace amt {

/// A piece that is being generated.
struct Sample {
  Sample(std::uint64_t number_, Generation generation_)
      : number(number_), generation(std::move(generation_)) {}
  std::uint64_t number;  ///< the piece's number in the job; determines the draws, with the seed
  Generation generation;
  std::uint64_t tokens = 0;  ///< drawn so far
};

class Ensemble {
 public:
  /// `decoder` and `samples` must outlive this object, and the decoder must have a row for each
  /// sample.
  Ensemble(Decoder& decoder, std::vector<Sample>& samples, const Sampling& sampling,
           std::uint64_t seed);

  /// Generates the next token of each unfinished sample. Returns false if all are finished. Throws
  /// Error if the model's output is not finite.
  bool step();

 private:
  void draw(Sample& sample, std::span<float> logits, int first);

  Decoder& decoder_;
  std::vector<Sample>& samples_;
  Drawing drawing_;
  std::uint64_t seed_;
  std::vector<Sample*> active_;
  std::vector<DecoderRow> rows_;
  std::vector<float> logits_;
};

}  // namespace amt
