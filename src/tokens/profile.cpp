#include "amt/tokens/profile.hpp"

namespace amt {
namespace {

template <std::size_t N>
void add(std::array<std::uint32_t, N>& sums, const std::array<std::uint32_t, N>& counts) {
  for (std::size_t i = 0; i < N; ++i) sums[i] += counts[i];
}

}  // namespace

CorpusProfile& CorpusProfile::operator+=(const CorpusProfile& other) {
  tokens_before += other.tokens_before;
  tokens_after += other.tokens_after;
  seconds_before += other.seconds_before;
  seconds_after += other.seconds_after;
  tokens_per_second += other.tokens_per_second;
  rests += other.rests;
  add(instruments_in_piece, other.instruments_in_piece);
  add(pieces_with, other.pieces_with);
  return *this;
}

}  // namespace amt
