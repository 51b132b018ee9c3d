// Writes and reads the spill files of a RowStore.
#pragma once

#include <cstdint>
#include <filesystem>
#include <span>

#include "amt/base/files.hpp"
#include "amt/shuffle/row_key.hpp"

namespace amt {

/// Appends rows to a file, creating it if necessary. Errors name the file and the number of missing
/// bytes.
class SpillWriter {
 public:
  explicit SpillWriter(std::filesystem::path path);
  void append(std::span<const KeyedRow> rows);

 private:
  std::filesystem::path path_;
  Descriptor file_;
};

class SpillReader {
 public:
  explicit SpillReader(std::filesystem::path path);
  /// Reads rows.size() rows, starting at row `first`. Throws Error if the file is too short.
  void read(std::uint64_t first, std::span<KeyedRow> rows) const;

 private:
  std::filesystem::path path_;
  Descriptor file_;
};

}  // namespace amt
