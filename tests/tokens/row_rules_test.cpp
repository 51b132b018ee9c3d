// Tests the rules for rows: all of the reference's rows must obey them, and single wrong tokens
// must break them.
#include "amt/tokens/row_rules.hpp"

#include <fmt/core.h>
#include <gtest/gtest.h>

#include <map>
#include <ostream>
#include <sstream>
#include <string>
#include <vector>

#include "amt/random/philox.hpp"
#include "amt/tokens/events.hpp"
#include "support/golden.hpp"
#include "support/golden_cases.hpp"

namespace amt {
namespace {

struct Run {
  std::string name;
  const Encoding& encoding;
};

void PrintTo(const Run& run, std::ostream* out) { *out << run.name; }

std::vector<Row> golden_rows(const std::string& run, char digit) {
  std::istringstream text(test::read_golden(test::golden_dir() / "expected" / run /
                                            fmt::format("tokenized-events-{}.txt.gz", digit)));
  std::vector<Row> rows;
  for (std::string line; std::getline(text, line);) {
    std::istringstream numbers(line);
    Row& row = rows.emplace_back();
    for (Token& token : row) numbers >> token;
    if (!numbers) throw std::runtime_error("the row is too short");
  }
  return rows;
}

class GoldenRows : public testing::TestWithParam<Run> {};

TEST_P(GoldenRows, ObeyAllRules) {
  for (const char digit : test::kUnitDigits) {
    std::size_t number = 0;
    for (const Row& row : golden_rows(GetParam().name, digit)) {
      const auto problem = find_row_problem(row, GetParam().encoding);
      ASSERT_FALSE(problem) << "unit " << digit << " row " << number << ": " << problem->text;
      ++number;
    }
    EXPECT_GT(number, 0u);
  }
}

/// Returns the fraction of random replacements of single tokens that the rules notice. The others
/// give another valid row, for instance a note of a different pitch.
double share_noticed(const std::vector<Row>& rows, const Encoding& encoding) {
  const auto vocabulary = static_cast<std::uint32_t>(encoding.vocabulary);
  int changed = 0, noticed = 0;
  for (std::uint32_t r = 0; r < rows.size(); ++r) {
    for (std::uint32_t i = 0; i < 200; ++i) {
      const PhiloxBlock draw = philox4x32_10({i, r, 0, 0}, {});
      Row row = rows[r];
      Token& token = row[draw[0] % kContextLength];
      const auto other = static_cast<Token>(draw[1] % vocabulary);
      if (other == token) continue;
      token = other;
      ++changed;
      noticed += find_row_problem(row, encoding) ? 1 : 0;
    }
  }
  return static_cast<double>(noticed) / changed;
}

TEST(RowRules, MostWrongTokensAreNoticed) {
  EXPECT_GT(share_noticed(golden_rows("augment10", 'a'), kArrival), 0.85);
}

constexpr Token kPiano = kNoteOffset + 60, kLength = kDurationOffset + 25;

Token note_of(int instrument) { return static_cast<Token>(kPiano + kPitches * instrument); }

Event event(std::uint32_t time, int instrument = 0) { return {time, kLength, note_of(instrument)}; }
Event control(std::uint32_t time) { return as_control(event(time)); }
Event rest(std::uint32_t time) { return {time, kDurationOffset, kRest}; }

/// Returns a valid row with these triples, followed by events 10 ticks apart.
Row row_of(std::vector<Event> triples) {
  while (triples.size() < 341) triples.push_back(event(triples.back().time + 10));
  Row row{kAnticipate};
  std::size_t at = 1;
  for (const Event& triple : triples) {
    const bool shifted = is_control(triple);
    row[at++] = triple.note == kSeparator
                    ? Token{kSeparator}
                    : static_cast<Token>(triple.time + (shifted ? kControlOffset : 0));
    row[at++] = triple.duration;
    row[at++] = triple.note;
  }
  return row;
}

/// The end of one piece and the start of another.
const std::vector<Event> kTwoPieces = {
    event(0),   event(50),  control(520), control(540),    event(100),    // 0 to 4
    rest(200),  event(260), event(300),   kSeparatorEvent, control(300),  // 5 to 9
    event(100), rest(200),  rest(300),    event(301),      event(310)};   // 10 to 14

struct Mutation {
  const char* what;
  std::size_t triple;
  int part;  ///< 0: time, 1: duration, 2: note; -1 with triple 0: the row's flag
  int token;
  RowRule rule;
};

TEST(RowRules, OneWrongTokenBreaksTheExpectedRule) {
  const Row good = row_of(kTwoPieces);
  ASSERT_FALSE(find_row_problem(good, kArrival));
  const std::vector<Mutation> mutations = {
      {"an event as flag", 0, -1, 0, RowRule::kFlag},
      {"a separator as flag", 0, -1, kSeparator, RowRule::kFlag},
      {"a flag as time", 3, 0, kAnticipate, RowRule::kRange},
      {"a duration as time", 3, 0, kLength, RowRule::kRange},
      {"a time as duration", 3, 1, 5, RowRule::kRange},
      {"a note as duration", 3, 1, kPiano, RowRule::kRange},
      {"a duration as note", 3, 2, kLength, RowRule::kRange},
      {"an event's note in a control", 3, 2, kPiano, RowRule::kRange},
      {"a control's note in an event", 1, 2, kPiano + kControlOffset, RowRule::kRange},
      {"an event's time for a control's", 2, 0, 520, RowRule::kRange},
      {"a separator as note", 1, 2, kSeparator, RowRule::kRange},
      {"a separator as time", 1, 0, kSeparator, RowRule::kRange},
      {"a rest with a duration", 5, 1, kLength, RowRule::kRange},
      {"a token beyond the vocabulary", 1, 2, kArrivalVocabulary, RowRule::kRange},
      {"a row that does not begin at 0", 0, 0, 10, RowRule::kStart},
      {"an event before another", 7, 0, 259, RowRule::kEventOrder},
      {"an event before a rest", 13, 0, 299, RowRule::kEventOrder},
      {"no rest in 1.01 s", 10, 0, 101, RowRule::kGap},
      {"no rest in the head", 6, 0, 301, RowRule::kGap},
      {"a rest too early", 5, 0, 199, RowRule::kRestTime},
      {"a rest too late", 5, 0, 201, RowRule::kGap},
      {"a rest in place of a note", 7, 2, kRest, RowRule::kRange},
      {"an unnecessary rest", 13, 0, 300, RowRule::kRestTime},
      {"a control before another", 3, 0, kControlOffset + 519, RowRule::kControlOrder},
      {"a control over 5 s ahead", 3, 0, kControlOffset + 551, RowRule::kTooEarly},
      {"a control over 5 s ahead of the start", 9, 0, kControlOffset + 501, RowRule::kTooEarly},
      {"a control that is late", 2, 0, kControlOffset + 500, RowRule::kTooLate},
  };
  for (const Mutation& m : mutations) {
    Row row = good;
    const std::size_t at = static_cast<std::size_t>(1 + m.part) + 3 * m.triple;
    row[at] = static_cast<Token>(m.token);
    const auto problem = find_row_problem(row, kArrival);
    ASSERT_TRUE(problem) << m.what;
    EXPECT_EQ(problem->rule, m.rule) << m.what << ": " << problem->text;
  }
}

TEST(RowRules, ValuesAtTheLimitsAreAllowed) {
  std::vector<Event> triples = kTwoPieces;
  triples[2] = control(501);
  triples[3] = control(550);
  triples[9] = control(500);
  EXPECT_FALSE(find_row_problem(row_of(triples), kArrival));
  triples[9] = control(0);
  triples[13] = event(400);
  triples[14] = event(400);
  EXPECT_FALSE(find_row_problem(row_of(triples), kArrival));
}

std::optional<RowRule> rule_of(const std::vector<Event>& triples) {
  const auto problem = find_row_problem(row_of(triples), kArrival);
  return problem ? std::optional(problem->rule) : std::nullopt;
}

TEST(RowRules, BeforeTheFirstEventFewRulesApply) {
  EXPECT_EQ(rule_of({control(0), event(80)}), std::nullopt);
  EXPECT_EQ(rule_of({control(501), event(0)}), RowRule::kTooEarly);
  EXPECT_EQ(rule_of({event(0), control(401), event(20)}), std::nullopt);
  EXPECT_EQ(rule_of({event(0), control(400), event(20)}), RowRule::kTooLate);
}

TEST(RowRules, APieceMustEndWithAnEvent) {
  EXPECT_EQ(rule_of({kSeparatorEvent, event(5)}), std::nullopt);
  EXPECT_EQ(rule_of({kSeparatorEvent, kSeparatorEvent, event(5)}), RowRule::kPieceEnd);
  EXPECT_EQ(rule_of({event(0), control(450), kSeparatorEvent, event(5)}), RowRule::kPieceEnd);
}

TEST(RowRules, APieceHasAtMostSixteenInstruments) {
  std::vector<Event> triples;
  for (int i = 0; i < 16; ++i) triples.push_back(event(0, i));
  EXPECT_EQ(rule_of(triples), std::nullopt);
  triples.insert(triples.begin(), {event(0, 70), kSeparatorEvent});  // belongs to another piece
  EXPECT_EQ(rule_of(triples), std::nullopt);
  triples.insert(triples.begin() + 2, as_control(event(500, 17)));
  EXPECT_EQ(rule_of(triples), RowRule::kTooManyInstruments);
}

/// Alternating waits and note-ons, with the given replacements.
std::optional<RowRule> interarrival_rule(const std::map<int, int>& changed) {
  Row row{};
  for (std::size_t i = 0; i < row.size(); ++i) {
    row[i] = static_cast<Token>(i % 2 == 0 ? 10 : kMidiOnOffset + 60);
  }
  for (const auto& [at, token] : changed) {
    row[static_cast<std::size_t>(at)] = static_cast<Token>(token);
  }
  const auto problem = find_row_problem(row, kInterarrival);
  return problem ? std::optional(problem->rule) : std::nullopt;
}

TEST(RowRules, ApplyToInterarrivalRows) {
  EXPECT_EQ(interarrival_rule({}), std::nullopt);
  EXPECT_EQ(interarrival_rule({{10, kMidiOffOffset + 60}}), std::nullopt);
  EXPECT_EQ(interarrival_rule({{10, kMidiSeparator}}), std::nullopt);
  EXPECT_EQ(interarrival_rule({{10, kInterarrivalVocabulary}}), RowRule::kRange);
  EXPECT_EQ(interarrival_rule({{10, 0}}), RowRule::kWait);
  EXPECT_EQ(interarrival_rule({{11, 5}}), RowRule::kWait);
  EXPECT_EQ(interarrival_rule({{11, kMidiSeparator}}), RowRule::kPieceEnd);
  EXPECT_EQ(interarrival_rule({{10, kMidiSeparator}, {11, kMidiSeparator}}), RowRule::kPieceEnd);
  std::map<int, int> many;
  for (int i = 1; i < 17; ++i) many[2 * i + 1] = kMidiOnOffset + kPitches * i;
  EXPECT_EQ(interarrival_rule(many), RowRule::kTooManyInstruments);
  many[20] = kMidiSeparator;
  EXPECT_EQ(interarrival_rule(many), std::nullopt);
  many.erase(20);
  many[33] += kMidiOffOffset - kMidiOnOffset;
  EXPECT_EQ(interarrival_rule(many), std::nullopt) << "a note-off may have another instrument";
}

INSTANTIATE_TEST_SUITE_P(Runs, GoldenRows,
                         testing::Values(Run{"augment1", kArrival}, Run{"augment10", kArrival},
                                         Run{"augment20", kArrival},
                                         Run{"interarrival", kInterarrival}),
                         [](const auto& run) { return run.param.name; });

}  // namespace
}  // namespace amt
