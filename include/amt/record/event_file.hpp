// Curves for TensorBoard: docs/formats.md. All calls local: one rank writes.
#pragma once

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <string>
#include <utility>
#include <vector>

#include "amt/base/output_file.hpp"

namespace amt {

/// One named number, stored as float.
struct Scalar {
  const char* name;
  double value;
};

/// A new events file in a folder that may hold those of earlier processes of the same run.
class EventFile {
 public:
  static constexpr std::chrono::seconds kFlushInterval{10};

  /// Makes the folder and the file, which says that the run resumes at `next_step`: TensorBoard
  /// then forgets that and all later steps of the files before. Error naming the path if it cannot
  /// be written.
  EventFile(const std::filesystem::path& folder, std::int64_t next_step,
            std::chrono::seconds flush_interval = kFlushInterval);
  ~EventFile();  ///< flushes; errors are lost

  /// Keeps them in memory until flush() or, if that is `flush_interval` ago, writes all.
  void write(std::int64_t step, const std::vector<Scalar>& scalars);
  /// To the operating system: a killed process loses only what came after.
  void flush();
  /// To the disk: a host that goes down loses only what came after.
  void make_durable();

 private:
  using Clock = std::chrono::steady_clock;
  std::filesystem::path path_;
  OutputFile out_;
  std::chrono::seconds flush_interval_;
  Clock::time_point last_flush_;
};

}  // namespace amt
