// Delivers a compressed archive's files in their order.
#pragma once

#include <cstddef>
#include <memory>
#include <span>
#include <string>

#include "amt/corpus/corpus.hpp"

namespace amt {

/// Goes through an archive from front to back: files are asked for in ascending order of their
/// offsets. CorpusError if one is not there or its bytes are damaged. Local.
class Unpacker {
 public:
  virtual ~Unpacker() = default;
  /// `to` has room for the file.
  virtual void read(const CorpusFile& file, std::span<std::byte> to) = 0;
  /// Its MD5, in bounded memory.
  virtual std::string md5(const CorpusFile& file) = 0;
  /// How much of the archive on disk has been used up.
  virtual std::uint64_t bytes_used() const = 0;
};

/// Of a source that is_packed().
std::unique_ptr<Unpacker> open_unpacker(const Source& source);

}  // namespace amt
