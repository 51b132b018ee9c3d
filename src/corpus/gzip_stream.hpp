// Unpacking gzip front to back, lengths and checksums checked.
#pragma once

#include <vector>

#include "archive_file.hpp"

struct gzFile_s;

namespace amt {

/// Several gzip files behind each other are one stream, as for gunzip. The check of the sums is why
/// this is not left to libarchive, which skips it.
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
