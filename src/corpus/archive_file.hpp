// Access to an archive on disk by offset, and to its unpacked stream from front to back.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <utility>

#include "amt/base/descriptor.hpp"
#include "amt/corpus/corpus.hpp"

namespace amt {

/// An open archive. Errors name its path. Move-only.
class ArchiveFile {
 public:
  explicit ArchiveFile(std::filesystem::path path);

  Stamp stamp() const;
  /// Throws CorpusError if the archive has changed since `stamp` was taken.
  void expect(const Stamp& stamp) const;
  /// Reads from `offset`; returns fewer bytes than requested only at the end. Does not move the
  /// file position.
  std::size_t read_at(std::uint64_t offset, std::span<std::byte> bytes) const;
  /// Reads bytes of a file in an uncompressed archive, starting at the file's byte `from`. Throws
  /// CorpusError if some are missing.
  void read_file(const Stamp& stamp, const CorpusFile& file, std::uint64_t from,
                 std::span<std::byte> bytes) const;

  const std::filesystem::path& path() const { return path_; }
  Descriptor release() { return std::move(file_); }

 private:
  std::filesystem::path path_;
  Descriptor file_;
};

/// The bytes that libarchive reads: the records of a tar archive, or a zip archive unchanged.
class ArchiveStream {
 public:
  virtual ~ArchiveStream() = default;
  /// Reads the next bytes; fewer than requested only at the end. Throws CorpusError if the archive
  /// is damaged.
  virtual std::size_t read(std::span<std::byte> bytes) = 0;
  /// Returns the number of bytes skipped; fewer than requested only at the end.
  virtual std::uint64_t skip(std::uint64_t bytes) = 0;
  /// Returns false if the stream can only move forward.
  virtual bool seek(std::uint64_t) { return false; }
  /// Returns how many bytes of the archive on disk have been consumed.
  virtual std::uint64_t bytes_used() const = 0;
};

/// Opens the stream at its beginning. Throws CorpusError if it cannot be opened or is not what
/// `source` describes.
std::unique_ptr<ArchiveStream> open_stream(const Source& source);

}  // namespace amt
