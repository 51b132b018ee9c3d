// Delivers the files of a compressed archive in the archive's order.
#pragma once

#include <cstddef>
#include <memory>
#include <span>
#include <string>

#include "amt/corpus/corpus.hpp"

namespace amt {

/// Reads an archive from front to back: files must be requested in ascending order of their
/// offsets. Throws CorpusError if a file is missing or its bytes are damaged. Local.
class Unpacker {
 public:
  virtual ~Unpacker() = default;
  /// Unpacks the file into `to`, which has its size.
  virtual void read(const CorpusFile& file, std::span<std::byte> to) = 0;
  /// Returns the file's MD5, computed in bounded memory.
  virtual std::string md5(const CorpusFile& file) = 0;
  /// Returns how many bytes of the archive on disk have been consumed.
  virtual std::uint64_t bytes_used() const = 0;
};

/// Opens an unpacker for a source that is_packed().
std::unique_ptr<Unpacker> open_unpacker(const Source& source);

}  // namespace amt
