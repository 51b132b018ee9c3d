// Generates several pieces side by side, one token of each at a time.
#pragma once

#include <vector>

#include "draw.hpp"
#include "generation.hpp"

namespace amt {

/// One piece of several.
struct Sample {
  Sample(std::uint64_t number_, Generation generation_)
      : number(number_), generation(std::move(generation_)) {}
  std::uint64_t number;  ///< of all pieces of the job: what it is drawn by, besides the seed
  Generation generation;
  std::uint64_t tokens = 0;  ///< drawn so far
};

class Ensemble {
 public:
  /// Borrows both: at most as many samples as the decoder has rows.
  Ensemble(Decoder& decoder, std::vector<Sample>& samples, const Sampling& sampling,
           std::uint64_t seed);

  /// The next token of each sample that is not done. False if all are. Error if the model gives
  /// something that is not finite.
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
