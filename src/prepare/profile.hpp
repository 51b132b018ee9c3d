// Statistics of a corpus's files, as counts in fixed bins. They are cheap to collect and do not
// depend on how the files are divided among the ranks, because only integers are added.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>

#include "amt/tokens/unit_tokenizer.hpp"

namespace amt {

/// Counts of values in [edges[i], edges[i + 1]); the last bin has no upper end. Values below the
/// first edge are counted in the first bin.
template <std::size_t N>
struct Histogram {
  std::array<std::uint32_t, N> counts{};

  void add(const std::array<double, N>& edges, double value) {
    std::size_t bin = 0;
    while (bin + 1 < N && value >= edges[bin + 1]) ++bin;
    ++counts[bin];
  }
  Histogram& operator+=(const Histogram& other) {
    for (std::size_t i = 0; i < N; ++i) counts[i] += other.counts[i];
    return *this;
  }
};

/// Tokens, including the limit of the reference's filter: 300, for 100 notes in the arrival
/// encoding.
inline constexpr std::array<double, 18> kTokenEdges = {0,     30,    100,   300,   600,   1000,
                                                       1500,  2000,  3000,  4000,  6000,  8000,
                                                       10000, 15000, 20000, 30000, 50000, 100000};
/// Seconds, including the filter's limits of 10 s and 1 h.
inline constexpr std::array<double, 20> kSecondEdges = {
    0, 5, 10, 20, 30, 45, 60, 90, 120, 150, 180, 210, 240, 300, 360, 480, 600, 900, 1800, 3600};
/// Tokens per second of music.
inline constexpr std::array<double, 21> kRateEdges = {
    0, 5, 10, 15, 20, 30, 40, 50, 60, 70, 80, 90, 100, 110, 120, 130, 140, 150, 160, 180, 200};
/// Percent.
inline constexpr std::array<double, 20> kShareEdges = {0,  0.01, 1,  2,  3,  4,  5,  7.5, 10, 12.5,
                                                       15, 20,   25, 30, 35, 40, 50, 60,  70, 80};

double percent(std::uint64_t part, std::uint64_t whole);

/// Trivially copyable, sent between ranks unchanged. "Before" means all parsed files, "after" the
/// pieces that the filter kept. Tokens are those of the notes alone: three per note in the arrival
/// encoding; messages and waits in the interarrival encoding. Seconds are measured to the last
/// onset, as in the filter.
struct CorpusProfile {
  Histogram<kTokenEdges.size()> tokens_before, tokens_after;
  Histogram<kSecondEdges.size()> seconds_before, seconds_after;
  Histogram<kRateEdges.size()> tokens_per_second;         ///< of kept pieces
  Histogram<kShareEdges.size()> rests;                    ///< percent of the first copy's events
  std::array<std::uint32_t, 17> instruments_in_piece{};   ///< index: number of instruments
  std::array<std::uint32_t, kInstruments> pieces_with{};  ///< pieces in which an instrument plays

  void add(const FileSummary& file);
  CorpusProfile& operator+=(const CorpusProfile& other);
};

}  // namespace amt
