// Unpacks gzip from front to back, checking lengths and checksums.
#pragma once

#include <vector>

#include "archive_file.hpp"

struct gzFile_s;

namespace amt {

/// Reads several concatenated gzip files as one stream, as gunzip does. libarchive can read them
/// too, but does not verify the checksums.
class GzipStream : public ArchiveStream {
 public:
  explicit GzipStream(ArchiveFile file);
  ~GzipStream() override;
  GzipStream(const GzipStream&) = delete;
  GzipStream& operator=(const GzipStream&) = delete;

  std::size_t read(std::span<std::byte> bytes) override;
  std::uint64_t skip(std::uint64_t bytes) override;
  std::uint64_t bytes_used() const override;

 private:
  std::filesystem::path path_;
  gzFile_s* gzip_;
  std::vector<std::byte> skipped_;
};

}  // namespace amt
