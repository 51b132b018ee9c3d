// Tests properties that every encoding must have.
#include "amt/tokens/encoding.hpp"

#include <gtest/gtest.h>

#include <algorithm>

#include "amt/midi/parser.hpp"
#include "amt/tokens/decode.hpp"
#include "amt/tokens/row_rules.hpp"
#include "amt/tokens/unit_tokenizer.hpp"
#include "support/golden.hpp"
#include "support/golden_cases.hpp"

namespace amt::test {
namespace {

class EveryEncoding : public testing::TestWithParam<const Encoding*> {};

/// Returns the rows of one unit of the golden corpus.
std::vector<Row> rows_of_unit(const Encoding& encoding) {
  std::vector<Row> rows;
  MidiParser parser;
  UnitTokenizer tokenizer(encoding, 1, [&](const Row& row) { rows.push_back(row); });
  for (const TreeFile& file : golden_unit('a')) {
    try {
      tokenizer.add(parser.parse(as_bytes(file.bytes)));
    } catch (const MidiError&) {  // some files of the corpus are damaged
    }
  }
  return rows;
}

TEST_P(EveryEncoding, MakesRowsThatItsRulesAndDecoderAccept) {
  const Encoding& encoding = *GetParam();
  const std::vector<Row> rows = rows_of_unit(encoding);
  ASSERT_FALSE(rows.empty());
  std::size_t notes = 0;
  for (const Row& row : rows) {
    EXPECT_LT(std::ranges::max(row), encoding.vocabulary);
    EXPECT_FALSE(find_row_problem(row, encoding));
    for (const RowPiece& piece : decode_row(row, encoding).pieces) notes += piece.notes.size();
  }
  EXPECT_GT(notes, 0u);
}

TEST_P(EveryEncoding, IsFoundByNameAndVocabularySize) {
  EXPECT_EQ(find_encoding(GetParam()->name), GetParam());
  EXPECT_EQ(find_encoding_of_size(GetParam()->vocabulary), GetParam());
}

INSTANTIATE_TEST_SUITE_P(All, EveryEncoding, testing::ValuesIn(encodings()),
                         [](const auto& test) { return std::string(test.param->name); });

TEST(Encodings, UnknownNamesAndSizesAreNotFound) {
  EXPECT_EQ(find_encoding("arriva"), nullptr);
  EXPECT_EQ(find_encoding_of_size(7), nullptr);
  EXPECT_EQ(encoding_names(), "arrival or interarrival");
}

}  // namespace
}  // namespace amt::test
