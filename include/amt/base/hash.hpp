// MD5, which names the files of the Lakh dataset, and XXH3, which checks the integrity of our own
// files.
#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <span>
#include <string>

namespace amt {

/// Returns the MD5 as 32 lower-case hex digits.
std::string md5_hex(std::span<const std::byte> bytes);

/// Incremental MD5. Throws Error if this system's OpenSSL does not provide it.
class Md5 {
 public:
  Md5();
  ~Md5();
  Md5(const Md5&) = delete;
  Md5& operator=(const Md5&) = delete;
  void update(std::span<const std::byte> bytes);
  std::string hex();  ///< 32 lower-case hex digits; call once, last

 private:
  void* context_;
};

/// Returns the 64-bit XXH3 with seed 0.
std::uint64_t xxh3_64(std::span<const std::byte> bytes);

/// Returns the XXH3 of a file's bytes, read in bounded pieces. Throws an Error naming the file if
/// it cannot be read.
std::uint64_t xxh3_64_file(const std::filesystem::path& path);

/// Incremental XXH3.
class Xxh3 {
 public:
  Xxh3();
  ~Xxh3();
  Xxh3(const Xxh3&) = delete;
  Xxh3& operator=(const Xxh3&) = delete;
  void update(std::span<const std::byte> bytes);
  std::uint64_t digest() const;

 private:
  void* state_;
};

/// Formats a hash as 16 lower-case hex digits.
std::string hex64(std::uint64_t value);

}  // namespace amt
