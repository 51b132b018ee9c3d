#include "amt/base/foreign_error.hpp"

#include <gtest/gtest.h>

#include <filesystem>
#include <new>

namespace amt {
namespace {

TEST(ForeignError, OursStaysAsItIs) {
  const Error error = to_error(UsageError("two ranks; give three"));
  EXPECT_STREQ(error.what(), "two ranks; give three");
  EXPECT_EQ(error.code(), ExitCode::kUsage);
}

TEST(ForeignError, TheFileSystemsReasonStandsInBrackets) {
  const std::filesystem::filesystem_error error("filesystem error: cannot remove", "a/b",
                                                std::make_error_code(std::errc::permission_denied));
  EXPECT_STREQ(to_error(error).what(), "cannot use a/b (Permission denied)");
}

TEST(ForeignError, OutOfMemorySaysWhatToDo) {
  EXPECT_TRUE(std::string(to_error(std::bad_alloc()).what()).starts_with("out of memory; use "));
}

TEST(ForeignError, AnythingElseIsNotShownBare) {
  const Error error = to_error(std::out_of_range("map::at"));
  EXPECT_STREQ(error.what(), "something that should not happen went wrong (map::at)");
  EXPECT_EQ(error.code(), ExitCode::kFailed);
}

}  // namespace
}  // namespace amt
