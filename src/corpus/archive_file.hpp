// An archive's bytes on disk: by offset, or front to back as they are after unpacking.
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

/// An open archive. Errors name it. Move-only.
class ArchiveFile {
 public:
  explicit ArchiveFile(std::filesystem::path path);

  Stamp stamp() const;
  /// CorpusError if the archive is not the one with this stamp any more.
  void expect(const Stamp& stamp) const;
  /// What there is from `offset` on, less than asked only at the end. Moves no position.
  std::size_t read_at(std::uint64_t offset, std::span<std::byte> bytes) const;
  /// A file's bytes from its byte `from` on, in an archive that is not packed. CorpusError if they
  /// are not all there.
  void read_file(const Stamp& stamp, const CorpusFile& file, std::uint64_t from,
                 std::span<std::byte> bytes) const;

  const std::filesystem::path& path() const { return path_; }
  Descriptor release() { return std::move(file_); }

 private:
  std::filesystem::path path_;
  Descriptor file_;
};

/// The bytes that libarchive reads: a tar archive's records, or a zip archive as it is.
class ArchiveStream {
 public:
  virtual ~ArchiveStream() = default;
  /// The next bytes, less than asked only at the end. CorpusError if the archive is damaged.
  virtual std::size_t read(std::span<std::byte> bytes) = 0;
  /// The bytes skipped, less than asked only at the end.
  virtual std::uint64_t skip(std::uint64_t bytes) = 0;
  /// False where a stream can only go forward.
  virtual bool seek(std::uint64_t) { return false; }
  /// How much of the archive on disk has been used up.
  virtual std::uint64_t bytes_used() const = 0;
};

/// From its beginning. CorpusError if it cannot be opened or is not what `source` says.
std::unique_ptr<ArchiveStream> open_stream(const Source& source);

}  // namespace amt
