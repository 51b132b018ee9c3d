#include "amt/process/log.hpp"

#include <gtest/gtest.h>

namespace amt {
namespace {

std::string error_text(const std::string& message) {
  testing::internal::CaptureStderr();
  log_error(message);
  return testing::internal::GetCapturedStderr();
}

TEST(Log, AnErrorIsOneLineWhateverItContains) {
  EXPECT_EQ(error_text("cannot read a.h5: no"), "amt: error: cannot read a.h5: no\n");
  EXPECT_EQ(error_text("tensor 'a\nb\x1b[2J\x7f'"), "amt: error: tensor 'a?b?[2J?'\n");
  EXPECT_EQ(error_text("n\xc3\xb6t"), "amt: error: n\xc3\xb6t\n");
  EXPECT_LT(error_text(std::string(5'000'000, 'x')).size(), 5000u);
}

}  // namespace
}  // namespace amt
