// Reads and writes whole files, and makes them durable.
#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "amt/base/descriptor.hpp"

namespace amt {

/// Default limit of read_file and read_text: a larger file should not be held in memory.
inline constexpr std::uint64_t kMostBytesAtOnce = std::uint64_t{1} << 30;

/// Opened for reading. Error naming the path at once, never a wait, if it is a folder, a pipe, a
/// device or a socket.
Descriptor open_regular_file(const std::filesystem::path& path);

/// A whole file. Error naming it if it cannot be read, is not a regular file, or has more than
/// `most` bytes; this is noticed while it is read, too: files grow, and those of /proc do not tell.
std::vector<std::byte> read_file(const std::filesystem::path& path,
                                 std::uint64_t most = kMostBytesAtOnce);
/// The same into a buffer that is reused between files: the bytes read.
std::span<const std::byte> read_file(const std::filesystem::path& path,
                                     std::vector<std::byte>& buffer,
                                     std::uint64_t most = kMostBytesAtOnce);
std::string read_text(const std::filesystem::path& path, std::uint64_t most = kMostBytesAtOnce);

/// The whole of an AtomicFile: a reader sees the old file or the new one, never a part.
void write_file_atomically(const std::filesystem::path& path, std::string_view content);

/// write(2) until all is written. Error naming `path` and the bytes that are missing.
void write_all(int fd, std::span<const std::byte> bytes, const std::filesystem::path& path);

/// fsync of one file or folder; Error naming it on failure.
void fsync_path(const std::filesystem::path& path);

/// The folder in which `path` has its entry: "." for a bare name.
std::filesystem::path folder_of(const std::filesystem::path& path);

/// Makes a folder and those above it. Error naming it if it cannot be made.
void make_folders(const std::filesystem::path& folder);

/// Error naming the folder and the bytes missing if its file system has less than `bytes` free.
void require_space(const std::filesystem::path& folder, std::uint64_t bytes);

}  // namespace amt
