// Recorded outputs of the Python reference, for tests.
#pragma once

#include <filesystem>
#include <string>

namespace amt::test {

/// Returns tests/data/golden, or $AMT_GOLDEN_DIR, which contains mid/, tree/, expected/ and
/// cases.json.gz.
std::filesystem::path golden_dir();

/// Returns tests/data/golden/model, or $AMT_GOLDEN_MODEL_DIR, which contains a folder per model.
std::filesystem::path golden_model_dir();

/// Returns the text of a file, decompressed if its name ends in .gz.
std::string read_golden(const std::filesystem::path& path);

}  // namespace amt::test
