// The recorded models in the forms in which models are published.
#pragma once

#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <string>

#include "support/golden.hpp"

namespace amt::test {

/// Contains a folder for each form.
inline std::filesystem::path golden_weights() { return golden_dir() / "weights"; }

inline auto weight_forms() {
  return testing::Values("bin-zip", "bin-legacy", "bin-sharded", "safetensors-sharded");
}

/// Returns the test name for this form.
inline std::string name_of_form(const testing::TestParamInfo<const char*>& form) {
  std::string name = form.param;
  std::ranges::replace(name, '-', '_');
  return name;
}

}  // namespace amt::test
