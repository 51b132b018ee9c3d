// Writes curves for TensorBoard (docs/formats.md). All calls are local: only one rank writes.
#pragma once

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <string>
#include <utility>
#include <vector>

#include "amt/base/output_file.hpp"

namespace amt {

/// A named number, stored as float.
struct Scalar {
  const char* name;
  double value;
};

/// A new event file, in a folder that may contain those of earlier processes of the same run.
class EventFile {
 public:
  static constexpr std::chrono::seconds kFlushInterval{10};

  /// Creates the folder and the file, and records that the run resumes at `next_step`: TensorBoard
  /// then ignores this and later steps in earlier files. Throws an Error naming the path if it
  /// cannot be written.
  EventFile(const std::filesystem::path& folder, std::int64_t next_step,
            std::chrono::seconds flush_interval = kFlushInterval);
  ~EventFile();  ///< flushes, ignoring errors

  /// Buffers the scalars, and writes them all if the last flush was `flush_interval` ago.
  void write(std::int64_t step, const std::vector<Scalar>& scalars);
  /// Writes to the operating system: if the process is killed, only later data is lost.
  void flush();
  /// Writes to the disk: if the host fails, only later data is lost.
  void make_durable();

 private:
  using Clock = std::chrono::steady_clock;
  std::filesystem::path path_;
  OutputFile out_;
  std::chrono::seconds flush_interval_;
  Clock::time_point last_flush_;
};

}  // namespace amt
