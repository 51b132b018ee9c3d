#include "amt/base/strings.hpp"

#include <gtest/gtest.h>

namespace amt {
namespace {

TEST(Strings, FormatsBytesCountsAndDurations) {
  EXPECT_EQ(format_bytes(312), "312 B");
  EXPECT_EQ(format_bytes(1536), "1.50 KiB");
  EXPECT_EQ(format_bytes(5e9), "4.66 GiB");
  EXPECT_EQ(format_count(0), "0");
  EXPECT_EQ(format_count(123), "123");
  EXPECT_EQ(format_count(4302117), "4,302,117");
  EXPECT_EQ(format_duration(4.25), "4.2 s");
  EXPECT_EQ(format_duration(200), "3 min 20 s");
  EXPECT_EQ(format_duration(3725), "1 h 02 min");
}

TEST(Strings, PrintableTextIsOneLineOfLimitedLength) {
  EXPECT_EQ(printable("a\tb\n\x7f", 80), "a?b??");
  EXPECT_EQ(printable("abcdef", 6), "abcdef");
  EXPECT_EQ(printable("abcdefg", 6), "abcdef...");
  EXPECT_EQ(printable("a\u00e4b", 2), "a...") << "characters are not split";
}

TEST(Strings, NearestAllowsOneTypingError) {
  const std::string words[] = {"augment", "overwrite", "seed"};
  EXPECT_EQ(nearest("augmnet", words), "augment");
  EXPECT_EQ(nearest("sed", words), "seed");
  EXPECT_EQ(nearest("banana", words), "");
  EXPECT_EQ(nearest("used", words), "") << "two wrong characters out of four";
  EXPECT_EQ(nearest("sede", words), "seed") << "two characters swapped";
}

}  // namespace
}  // namespace amt
