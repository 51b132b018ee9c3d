#include "profile.hpp"

namespace amt {
namespace {

template <std::size_t N>
void add_counts(std::array<std::uint32_t, N>& sums, const std::array<std::uint32_t, N>& counts) {
  for (std::size_t i = 0; i < N; ++i) sums[i] += counts[i];
}

}  // namespace

double percent(std::uint64_t part, std::uint64_t whole) {
  return 100.0 * static_cast<double>(part) / static_cast<double>(whole);
}

void CorpusProfile::add(const FileSummary& file) {
  const auto tokens = static_cast<double>(file.tokens);
  tokens_before.add(kTokenEdges, tokens);
  seconds_before.add(kSecondEdges, file.last_onset);
  if (file.outcome != FileOutcome::kKept) return;
  tokens_after.add(kTokenEdges, tokens);
  seconds_after.add(kSecondEdges, file.last_onset);
  tokens_per_second.add(kRateEdges, tokens / file.seconds);
  if (file.events > 0) rests.add(kShareEdges, percent(file.rests, file.events));
  ++instruments_in_piece[file.instruments.size()];
  for (const std::uint8_t instrument : file.instruments) ++pieces_with[instrument];
}

CorpusProfile& CorpusProfile::operator+=(const CorpusProfile& other) {
  tokens_before += other.tokens_before;
  tokens_after += other.tokens_after;
  seconds_before += other.seconds_before;
  seconds_after += other.seconds_after;
  tokens_per_second += other.tokens_per_second;
  rests += other.rests;
  add_counts(instruments_in_piece, other.instruments_in_piece);
  add_counts(pieces_with, other.pieces_with);
  return *this;
}

}  // namespace amt
