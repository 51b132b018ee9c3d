#include "amt/base/output_file.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <utility>

#include "amt/base/error.hpp"
#include "amt/base/files.hpp"

namespace amt {
namespace {

constexpr std::size_t kBufferBytes = 1 << 20;

}  // namespace

OutputFile::OutputFile(const std::filesystem::path& path)
    : OutputFile(Descriptor(path, O_WRONLY | O_CREAT | O_TRUNC), path) {}

OutputFile::OutputFile(Descriptor file, std::filesystem::path path)
    : file_(std::move(file)), path_(std::move(path)) {
  buffer_.reserve(kBufferBytes);
}

void OutputFile::flush() {
  write_all(file_.get(), buffer_, path_);
  buffer_.clear();
}

void OutputFile::write(std::span<const std::byte> bytes) {
  if (buffer_.size() + bytes.size() > kBufferBytes) flush();
  if (bytes.size() > kBufferBytes) return write_all(file_.get(), bytes, path_);
  buffer_.insert(buffer_.end(), bytes.begin(), bytes.end());
}

void OutputFile::write(std::string_view text) { write(std::as_bytes(std::span(text))); }

void OutputFile::close(bool sync) {
  flush();
  if (sync && ::fsync(file_.get()) != 0) throw system_error("cannot fsync " + path_.string());
  file_.close(path_);
}

}  // namespace amt
