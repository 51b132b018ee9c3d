#include "gzip_stream.hpp"

#include <fmt/core.h>
#include <zlib.h>

#include <algorithm>

namespace amt {
namespace {

constexpr unsigned kPackedBuffer = 1 << 18;
constexpr std::size_t kSkipBuffer = 1 << 16;  // fits into the CPU's L2 cache
constexpr std::size_t kMostAtOnce = 1 << 30;  // gzread's sizes are ints

}  // namespace

GzipStream::GzipStream(ArchiveFile file) : path_(file.path()), skipped_(kSkipBuffer) {
  Descriptor packed = file.release();
  gzip_ = gzdopen(packed.get(), "rb");
  if (gzip_ == nullptr) throw std::bad_alloc();
  packed.release();  // gzclose closes it
  gzbuffer(gzip_, kPackedBuffer);
}

GzipStream::~GzipStream() { gzclose_r(gzip_); }

std::uint64_t GzipStream::bytes_used() const { return std::max<z_off_t>(0, gzoffset(gzip_)); }

std::size_t GzipStream::read(std::span<std::byte> bytes) {
  std::size_t done = 0;
  while (done < bytes.size()) {
    const auto wanted = static_cast<unsigned>(std::min(bytes.size() - done, kMostAtOnce));
    const int n = gzread(gzip_, bytes.data() + done, wanted);
    int code = Z_OK;
    const char* reason = gzerror(gzip_, &code);
    // gzread does not report a truncated stream: it returns what there is.
    if (n < 0 || code != Z_OK) {
      throw CorpusError(
          fmt::format("the archive {} is cut off or damaged near byte {} ({}); compare its "
                      "checksum, or download it again",
                      path_.string(), bytes_used(), reason));
    }
    if (n == 0) break;
    done += n;
  }
  return done;
}

std::uint64_t GzipStream::skip(std::uint64_t bytes) {
  std::uint64_t done = 0;
  while (done < bytes) {
    const auto wanted = std::min<std::uint64_t>(bytes - done, skipped_.size());
    const std::size_t n = read(std::span(skipped_).first(wanted));
    if (n == 0) break;
    done += n;
  }
  return done;
}

}  // namespace amt
