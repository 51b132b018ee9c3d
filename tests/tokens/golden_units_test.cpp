// Compares complete units with the reference's tokenized-events files, byte for byte, and with the
// statistics that it printed.
#include <fmt/core.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <nlohmann/json.hpp>
#include <ostream>
#include <string>

#include "amt/midi/parser.hpp"
#include "amt/tokens/row_text.hpp"
#include "amt/tokens/unit_tokenizer.hpp"
#include "support/golden.hpp"
#include "support/golden_cases.hpp"

namespace amt::test {
namespace {

struct Run {
  std::string name;  ///< folder within expected/
  const Encoding& encoding;
  int augment;
};

void PrintTo(const Run& run, std::ostream* out) { *out << run.name; }

/// Returns the rows of a unit as text; adds its statistics to `stats`.
std::string tokenize(const Run& run, char digit, TokenStats& stats) {
  std::string text;
  MidiParser parser;
  const bool training = digit != 'e' && digit != 'f';  // the reference augments only these
  UnitTokenizer tokenizer(run.encoding, training ? run.augment : 1,
                          [&](const Row& row) { append_row_text(row, text); });
  for (const TreeFile& file : golden_unit(digit)) {
    const Playback* playback = nullptr;
    try {
      playback = &parser.parse(as_bytes(file.bytes));
    } catch (const MidiError&) {
      continue;
    }
    tokenizer.add(*playback);
  }
  stats += tokenizer.stats();
  return text;
}

class GoldenUnits : public testing::TestWithParam<Run> {};

TEST_P(GoldenUnits, RowsAgreeWithTheReference) {
  for (const char digit : kUnitDigits) {
    TokenStats stats;
    const std::string expected = read_golden(golden_dir() / "expected" / GetParam().name /
                                             fmt::format("tokenized-events-{}.txt.gz", digit));
    const std::string text = tokenize(GetParam(), digit, stats);
    // Not EXPECT_EQ, which would print megabytes for a difference.
    EXPECT_TRUE(text == expected) << "unit " << digit << " differs at byte "
                                  << std::ranges::mismatch(text, expected).in1 - text.begin();
    EXPECT_EQ(stats.sequences, std::ranges::count(expected, '\n'));
  }
}

/// Returns the lines with counts in the reference's report, without percentages.
std::string report(const Run& run, const TokenStats& stats) {
  const bool arrival = &run.encoding == &kArrival;
  return fmt::format(
      "Processed {} training sequences|Inserted {} REST tokens|{} too short|{} too long|{} too "
      "many instruments|Discarded {} training sequences|Truncated {}{}",
      stats.sequences, stats.rests, stats.too_short, stats.too_long, stats.too_many_instruments,
      stats.discarded_rows, stats.truncations, arrival ? " duration times" : " interarrival times");
}

TEST_P(GoldenUnits, StatisticsAgreeWithTheReference) {
  TokenStats stats;
  for (const char digit : kUnitDigits) tokenize(GetParam(), digit, stats);
  const auto json = nlohmann::json::parse(read_golden(golden_dir() / "expected/stdout.json"));
  const std::string printed = json.at(GetParam().name).get<std::string>();
  const std::string expected = report(GetParam(), stats);
  for (std::size_t begin = 0; begin < expected.size();) {
    const std::size_t end = std::min(expected.find('|', begin), expected.size());
    const std::string line = expected.substr(begin, end - begin);
    EXPECT_NE(printed.find(" " + line), std::string::npos) << line << "\nnot in\n" << printed;
    begin = end + 1;
  }
}

INSTANTIATE_TEST_SUITE_P(Runs, GoldenUnits,
                         testing::Values(Run{"augment1", kArrival, 1},
                                         Run{"augment10", kArrival, 10},
                                         Run{"augment20", kArrival, 20},
                                         Run{"interarrival", kInterarrival, 1}),
                         [](const auto& run) { return run.param.name; });

}  // namespace
}  // namespace amt::test
