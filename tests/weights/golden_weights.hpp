// The recorded models in the forms in which others publish them.
#pragma once

#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <string>

#include "support/golden.hpp"

namespace amt::test {

/// A folder for each form.
inline std::filesystem::path golden_weights() { return golden_dir() / "weights"; }

inline auto weight_forms() {
  return testing::Values("bin-zip", "bin-legacy", "bin-sharded", "safetensors-sharded");
}

/// What a test of this form is called.
inline std::string name_of_form(const testing::TestParamInfo<const char*>& form) {
  std::string name = form.param;
  std::ranges::replace(name, '-', '_');
  return name;
}

}  // namespace amt::test
