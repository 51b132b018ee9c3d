// The rules of rows: kept by all that the reference makes, broken by single wrong tokens.
#include "amt/tokens/row_rules.hpp"

#include <gtest/gtest.h>

#include <map>
#include <ostream>
#include <sstream>
#include <string>
#include <vector>

#include "amt/base/philox.hpp"
#include "amt/base/strings.hpp"
#include "support/golden.hpp"
#include "support/golden_cases.hpp"

namespace amt {
namespace {

struct Run {
  std::string name;
  Encoding encoding;
};

void PrintTo(const Run& run, std::ostream* out) { *out << run.name; }

std::vector<Row> golden_rows(const std::string& run, char digit) {
  std::istringstream text(
      test::read_golden(test::golden_dir() / "expected" / run /
                        str_cat("tokenized-events-", digit, ".txt.gz")));
  std::vector<Row> rows;
  for (std::string line; std::getline(text, line);) {
    std::istringstream numbers(line);
    Row& row = rows.emplace_back();
    for (Token& token : row) numbers >> token;
    if (!numbers) throw std::runtime_error("a row that is too short");
  }
  return rows;
}

class GoldenRows : public testing::TestWithParam<Run> {};

TEST_P(GoldenRows, KeepAllRules) {
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

/// Of tokens replaced by random ones, the share that is noticed. What is not makes another row that
/// the tokeniser might have made: a note of another pitch, for instance.
double share_noticed(const std::vector<Row>& rows, Encoding encoding) {
  const auto vocabulary = static_cast<std::uint32_t>(vocabulary_size(encoding));
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
  const double arrival = share_noticed(golden_rows("augment10", 'a'), Encoding::kArrival);
  EXPECT_GT(arrival, 0.85) << arrival;
  const double interarrival = share_noticed(golden_rows("interarrival", 'a'), Encoding::kInterarrival);
  EXPECT_GT(interarrival, 0.05) << interarrival;
  std::printf("%f %f\n", arrival, interarrival);
}

INSTANTIATE_TEST_SUITE_P(Runs, GoldenRows,
                         testing::Values(Run{"augment1", Encoding::kArrival},
                                         Run{"augment10", Encoding::kArrival},
                                         Run{"augment20", Encoding::kArrival},
                                         Run{"interarrival", Encoding::kInterarrival}),
                         [](const auto& run) { return run.param.name; });

}  // namespace
}  // namespace amt
