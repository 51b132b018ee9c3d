// Reading and writing the spill files of a RowStore.
#pragma once

#include <cstdint>
#include <filesystem>
#include <span>

#include "amt/base/files.hpp"
#include "amt/shuffle/row_key.hpp"

namespace amt {

/// Appends rows to a file, which is created if it is not there. Errors name the file and the bytes
/// that are missing.
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
  /// rows.size() rows from row number `first` on. Error if the file ends before.
  void read(std::uint64_t first, std::span<KeyedRow> rows) const;

 private:
  std::filesystem::path path_;
  Descriptor file_;
};

}  // namespace amt
