#include "spill_file.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <utility>

#include "amt/base/error.hpp"

namespace amt {

SpillWriter::SpillWriter(std::filesystem::path path)
    : path_(std::move(path)), file_(path_, O_WRONLY | O_CREAT | O_APPEND) {}

void SpillWriter::append(std::span<const KeyedRow> rows) {
  write_all(file_.get(), std::as_bytes(rows), path_);
}

SpillReader::SpillReader(std::filesystem::path path)
    : path_(std::move(path)), file_(path_, O_RDONLY) {}

void SpillReader::read(std::uint64_t first, std::span<KeyedRow> rows) const {
  std::uint64_t offset = first * sizeof(KeyedRow);
  for (std::span<std::byte> left = std::as_writable_bytes(rows); !left.empty();) {
    const ssize_t n = ::pread(file_.get(), left.data(), left.size(), offset);
    if (n < 0 && errno == EINTR) continue;
    if (n < 0) throw system_error("cannot read the spill file " + path_.string());
    if (n == 0) throw Error("the spill file " + path_.string() + " was cut short");
    left = left.subspan(n);
    offset += n;
  }
}

}  // namespace amt
