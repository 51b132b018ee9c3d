#include "ensemble.hpp"

#include <algorithm>
#include <limits>

namespace amt {
namespace {

TokenRange united(const TokenRange& a, const TokenRange& b) {
  return {std::min(a.first, b.first), std::max(a.last, b.last)};
}

/// Sets the logits of tokens that must not be drawn to -infinity.
void forbid(const Generation& generation, int first, std::span<float> logits) {
  if (!generation.limits_instruments()) return;
  for (std::size_t i = 0; i < logits.size(); ++i) {
    if (generation.may_play(first + static_cast<int>(i))) continue;
    logits[i] = -std::numeric_limits<float>::infinity();
  }
}

}  // namespace

Ensemble::Ensemble(Decoder& decoder, std::vector<Sample>& samples, const Sampling& sampling,
                   std::uint64_t seed)
    : decoder_(decoder), samples_(samples), drawing_(sampling), seed_(seed) {}

bool Ensemble::step() {
  active_.clear();
  rows_.clear();
  TokenRange range;
  for (std::size_t row = 0; row < samples_.size(); ++row) {
    const Generation& generation = samples_[row].generation;
    if (generation.done()) continue;
    range = active_.empty() ? generation.legal() : united(range, generation.legal());
    active_.push_back(&samples_[row]);
    rows_.push_back({static_cast<int>(row), generation.context()});
  }
  if (active_.empty()) return false;
  const auto width = static_cast<std::size_t>(range.size());
  logits_.resize(active_.size() * width);
  decoder_.next(rows_, range, logits_);
  for (std::size_t i = 0; i < active_.size(); ++i) {
    draw(*active_[i], std::span(logits_).subspan(i * width, width), range.first);
  }
  return true;
}

/// `logits` begin with the logit of token `first`.
void Ensemble::draw(Sample& sample, std::span<float> logits, int first) {
  const TokenRange legal = sample.generation.legal();
  const std::span<float> mine = logits.subspan(legal.first - first, legal.size());
  forbid(sample.generation, legal.first, mine);
  const std::size_t drawn = drawing_.draw(mine, uniform(seed_, sample.number, sample.tokens++));
  sample.generation.take(static_cast<Token>(legal.first + static_cast<int>(drawn)));
}

}  // namespace amt
