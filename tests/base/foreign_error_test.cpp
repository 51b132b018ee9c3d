#include "amt/base/foreign_error.hpp"

#include <gtest/gtest.h>

#include <filesystem>
#include <new>

#include "support/refusal.hpp"

namespace amt {
namespace {

TEST(ForeignError, AnAmtErrorIsUnchanged) {
  const Error error = to_error(UsageError("two ranks; give three"));
  EXPECT_STREQ(error.what(), "two ranks; give three");
  EXPECT_EQ(error.code(), ExitCode::kUsage);
}

TEST(ForeignError, AFileSystemErrorEndsWithItsReasonInParentheses) {
  const std::filesystem::filesystem_error error("filesystem error: cannot remove", "a/b",
                                                std::make_error_code(std::errc::permission_denied));
  EXPECT_TRUE(test::says(to_error(error).what(), {"a/b", "(Permission denied)"}));
  EXPECT_EQ(std::string(to_error(error).what()).find("filesystem"), std::string::npos);
}

TEST(ForeignError, OutOfMemoryIncludesAdvice) {
  EXPECT_TRUE(test::says(to_error(std::bad_alloc()).what(), {"memory", "; use "}));
}

TEST(ForeignError, OtherExceptionsAreExplained) {
  const Error error = to_error(std::out_of_range("map::at"));
  EXPECT_TRUE(std::string(error.what()).ends_with(" (map::at)")) << error.what();
  EXPECT_EQ(error.code(), ExitCode::kFailed);
}

}  // namespace
}  // namespace amt
