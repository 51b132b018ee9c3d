#include "src/prepare/profile.hpp"

#include <gtest/gtest.h>

#include <algorithm>

#include "support/playback.hpp"

namespace amt {
namespace {

const RowSink kNowhere = [](const Row&) {};

template <std::size_t N>
std::uint32_t bin(const std::array<double, N>& edges, const Histogram<N>& counts, double edge) {
  return counts.counts.at(static_cast<std::size_t>(std::ranges::find(edges, edge) - edges.begin()));
}

TEST(CorpusProfile, CountsParsedAndKeptPieces) {
  for (const Encoding* encoding : encodings()) {
    const bool arrival = encoding == &kArrival;
    UnitTokenizer tokenizer(*encoding, 1, kNowhere);
    CorpusProfile profile;
    for (const int notes : {0, 50, 50, 20000, 400}) {
      tokenizer.add(test::playback_of(notes));
      profile.add(tokenizer.last_file());
    }
    EXPECT_EQ(bin(kTokenEdges, profile.tokens_before, 0), 1u);
    EXPECT_EQ(bin(kTokenEdges, profile.tokens_before, 100), 2u);  // 150; or 199
    EXPECT_EQ(bin(kTokenEdges, profile.tokens_before, 50000), 1u);
    EXPECT_EQ(bin(kTokenEdges, profile.tokens_before, arrival ? 1000 : 1500), 1u);  // 1200; 1599
    EXPECT_EQ(bin(kTokenEdges, profile.tokens_after, arrival ? 1000 : 1500), 1u);
    EXPECT_EQ(bin(kSecondEdges, profile.seconds_before, 0), 1u);
    EXPECT_EQ(bin(kSecondEdges, profile.seconds_before, 5), 2u);
    EXPECT_EQ(bin(kSecondEdges, profile.seconds_before, 3600), 1u);
    EXPECT_EQ(bin(kSecondEdges, profile.seconds_after, 60), 1u);
    EXPECT_EQ(bin(kRateEdges, profile.tokens_per_second, arrival ? 15 : 20), 1u);
    EXPECT_EQ(bin(kShareEdges, profile.rests, 0), arrival ? 1u : 0u);
    EXPECT_EQ(profile.instruments_in_piece[1], 1u);
    EXPECT_EQ(profile.pieces_with[0], 1u);
    CorpusProfile twice = profile;
    twice += profile;
    EXPECT_EQ(bin(kSecondEdges, twice.seconds_before, 5), 4u);
    EXPECT_EQ(twice.pieces_with[0], 2u);
  }
}

TEST(CorpusProfile, RestsAreCountedOnceInTheFirstCopy) {
  Playback slow;  // a note every 1.5 s, so there is a rest between any two notes
  for (int i = 0; i < 100; ++i) {
    slow.messages.push_back({1.5 * i, 1.0, 60, 64, 0, 0});
    slow.messages.push_back({1.5 * i + 0.5, 0.5, 60, 0, 0, 0});
  }
  UnitTokenizer tokenizer(kArrival, 10, kNowhere);
  ASSERT_EQ(tokenizer.add(slow), FileOutcome::kKept);
  CorpusProfile profile;
  profile.add(tokenizer.last_file());
  EXPECT_EQ(bin(kShareEdges, profile.rests, 40), 1u);  // 99 of 199
  std::uint32_t pieces = 0;
  for (const std::uint32_t count : profile.rests.counts) pieces += count;
  EXPECT_EQ(pieces, 1u);
}

}  // namespace
}  // namespace amt
