#include "amt/base/ini.hpp"

#include <gtest/gtest.h>

#include "amt/base/error.hpp"
#include "support/refusal.hpp"

namespace amt {
namespace {

std::string value_of(const std::string& text) {
  const auto entries = parse_ini("key =" + text + "\n", "a.ini");
  return entries.size() == 1 ? entries[0].value : "not one entry";
}

std::string refusal_of(const std::string& text) {
  return test::refusal<UsageError>([&] { parse_ini(text, "a.ini"); });
}

TEST(Ini, SectionsKeysAndLines) {
  const auto entries =
      parse_ini("a = 1\n\n[trainer]\n b=2 \n  [ data ]  # more\nc = x = y", "a.ini");
  ASSERT_EQ(entries.size(), 3u);
  EXPECT_EQ(entries[0].key, "a");
  EXPECT_EQ(entries[1].key, "trainer.b");
  EXPECT_EQ(entries[1].value, "2");
  EXPECT_EQ(entries[1].line, 4);
  EXPECT_EQ(entries[2].key, "data.c");
  EXPECT_EQ(entries[2].value, "x = y");
}

TEST(Ini, CommentsStartALineOrFollowWhiteSpace) {
  EXPECT_TRUE(parse_ini("# a = 1\n  ; b = 2\n\t#\n", "a.ini").empty());
  EXPECT_EQ(value_of(" runs/tune#3 # the third"), "runs/tune#3");
  EXPECT_EQ(value_of(" a;b\t; the first"), "a;b");
  EXPECT_EQ(value_of(" # nothing"), "");
  EXPECT_EQ(value_of("#"), "#");
}

TEST(Ini, ByteOrderMarkAndWindowsLineEndings) {
  const auto entries = parse_ini("\xEF\xBB\xBF[trainer]\r\nseed = 3\r\n", "a.ini");
  ASSERT_EQ(entries.size(), 1u);
  EXPECT_EQ(entries[0].key, "trainer.seed");
  EXPECT_EQ(entries[0].value, "3");
}

TEST(Ini, QuotedValuesAreTakenLiterally) {
  EXPECT_EQ(value_of(R"( " a # b; " # comment)"), " a # b; ");
  EXPECT_EQ(value_of(R"("a\"b\\c\n\t")"), "a\"b\\c\n\t");
  EXPECT_EQ(value_of(R"('a\n"b')"), R"(a\n"b)");
  EXPECT_EQ(value_of(R"(C:\new "folder")"), R"(C:\new "folder")");
}

TEST(Ini, EveryValueSurvivesTheRoundTrip) {
  for (const char* value : {"",      "x",      " x",  "x ",    "a#b",      "a #b",   "#b",  ";b",
                            "a ;b",  "\"x\"",  "\"",  "'x'",   "a\"b",     "a\nb",   "a\r", "\t",
                            "C:\\x", "\"\\\"", "[x]", "a = b", "\xC3\xA9", "a\\nb #"}) {
    EXPECT_EQ(value_of(" " + ini_value(value)), value) << ini_value(value);
  }
}

TEST(Ini, QuotesAreWrittenOnlyWhereNeeded) {
  for (const char* value : {"", "3e-4", "runs/tune#3", "a;b", "it's", "a b"}) {
    EXPECT_EQ(ini_value(value), value);
  }
}

TEST(Ini, ErrorsNameFileAndLine) {
  EXPECT_TRUE(test::says(refusal_of("a = 1\n[trainer\n"), {"a.ini:2: '[trainer'"}));
  EXPECT_NE(refusal_of("[]\n").find("a.ini:1: "), std::string::npos);
  EXPECT_TRUE(test::says(refusal_of("\n\nseed 3\n"), {"a.ini:3: 'seed 3'"}));
  EXPECT_NE(refusal_of("= 3\n").find("a.ini:1: "), std::string::npos);
  EXPECT_NE(refusal_of("a = \"b\n").find("a.ini:1: "), std::string::npos);
  EXPECT_NE(refusal_of("a = \"b\" c\n").find("a.ini:1: "), std::string::npos);
  EXPECT_NE(refusal_of("a = \"\\d\"\n").find("a.ini:1: "), std::string::npos);
}

TEST(Ini, AKeyGivenTwiceIsRefused) {
  EXPECT_EQ(refusal_of("[a]\nx = 1\n[b]\nx = 1\n"), "");
  EXPECT_TRUE(
      test::says(refusal_of("[a]\nx = 1\n[b]\n[a]\nx = 1\n"), {"a.ini:5: 'a.x'", "line 2"}));
}

TEST(Ini, Utf16IsReported) {
  EXPECT_NE(refusal_of(std::string("\xFF\xFE[\0", 4)).find("UTF-16"), std::string::npos);
}

}  // namespace
}  // namespace amt
