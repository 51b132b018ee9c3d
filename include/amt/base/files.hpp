// Reads and writes complete files, and makes them durable.
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

/// Default size limit of read_file and read_text, because they hold the complete file in memory.
inline constexpr std::uint64_t kMostBytesAtOnce = std::uint64_t{1} << 30;

/// Opens a regular file for reading. Throws an Error naming the path, without blocking, if it is a
/// folder, a pipe, a device or a socket.
Descriptor open_regular_file(const std::filesystem::path& path);

/// Returns the contents of a file. Throws an Error naming it if it cannot be read, is not a regular
/// file, or has more than `most` bytes. The limit is also enforced while reading, because a file
/// may grow, and files in /proc report no size.
std::vector<std::byte> read_file(const std::filesystem::path& path,
                                 std::uint64_t most = kMostBytesAtOnce);
/// As above, but reads into a buffer that can be reused for the next file. Returns the bytes read.
std::span<const std::byte> read_file(const std::filesystem::path& path,
                                     std::vector<std::byte>& buffer,
                                     std::uint64_t most = kMostBytesAtOnce);
std::string read_text(const std::filesystem::path& path, std::uint64_t most = kMostBytesAtOnce);

/// Writes a complete AtomicFile: a reader sees the old file or the new one, never a part.
void write_file_atomically(const std::filesystem::path& path, std::string_view content);

/// Repeats write(2) until everything is written. Throws an Error naming `path` and the number of
/// bytes not written.
void write_all(int fd, std::span<const std::byte> bytes, const std::filesystem::path& path);

/// Calls fsync(2) for one file or folder. Throws an Error naming it on failure.
void fsync_path(const std::filesystem::path& path);

/// Returns the folder that contains `path`: "." for a bare name.
std::filesystem::path folder_of(const std::filesystem::path& path);

/// Creates a folder and its missing parents. Throws an Error naming it if that fails.
void make_folders(const std::filesystem::path& folder);

/// Throws an Error naming the folder and the number of missing bytes if its file system has less
/// than `bytes` free.
void require_space(const std::filesystem::path& folder, std::uint64_t bytes);

}  // namespace amt
