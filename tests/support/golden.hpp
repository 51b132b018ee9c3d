// Recorded outputs of the Python reference, for tests.
#pragma once

#include <filesystem>
#include <string>

namespace amt::test {

/// tests/data/golden, or $AMT_GOLDEN_DIR: mid/, tree/, expected/, cases.json.gz.
std::filesystem::path golden_dir();

/// tests/data/golden/model, or $AMT_GOLDEN_MODEL_DIR: a folder of model folders.
std::filesystem::path golden_model_dir();

/// A file's text; unpacked if its name ends in .gz.
std::string read_golden(const std::filesystem::path& path);

}  // namespace amt::test
