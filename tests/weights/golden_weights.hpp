// The recorded models, in all file formats in which models are published.
#pragma once

#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <string>

#include "support/golden.hpp"

namespace amt::test {

/// Returns a folder that contains a folder per format.
inline std::filesystem::path golden_weights() { return golden_dir() / "weights"; }

inline auto weight_forms() {
  return testing::Values("bin-zip", "bin-legacy", "bin-sharded", "safetensors-sharded");
}

/// Returns the test name for a format.
inline std::string name_of_form(const testing::TestParamInfo<const char*>& form) {
  std::string name = form.param;
  std::ranges::replace(name, '-', '_');
  return name;
}

}  // namespace amt::test
