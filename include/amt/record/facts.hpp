// RUN/run.json: what a run is, for its report. Written by each start of it:
//   {"format":"amt-run","version":1,"num_train_steps":300,"tokens_per_step":4096,
//    "tokens_per_epoch":7487488,"unigram_loss":5.43,
//    "facts":[["parameters","7,967,744"], ...]}
#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

namespace amt {

struct RunFacts {
  std::int64_t num_train_steps = 0;
  std::int64_t tokens_per_step = 0;
  std::int64_t tokens_per_epoch = 0;   ///< of all training rows; 0: not known
  std::optional<double> unigram_loss;  ///< of the token frequencies alone: see unigram_loss()
  std::vector<std::vector<std::string>> facts;  ///< name and text, in the order they are shown

  /// The text of a fact, "" if there is none of this name.
  std::string text(const std::string& name) const;
  /// Gives a fact this text, at the end if it is new.
  void set(const std::string& name, const std::string& text);
};

inline constexpr const char* kStartedFrom = "started from";
inline constexpr const char* kFirstStart = "first started";
inline constexpr const char* kLastStart = "last started";
inline constexpr const char* kEndedEarly = "ended early";  ///< for want of a lower validation loss

/// What a process says of its start.
struct StartFacts {
  std::string version, command;
  std::string started_from;    ///< of a run that begins: where its weights come from
  std::int64_t begins_at = 0;  ///< the step at which it does: above 0 for a branch of another
};

/// Adds to the facts of a run when and how this process started, at step `next_step`. What
/// `before`, its run.json so far, says of the beginning stays as it was, unless the run begins now.
void add_start(RunFacts& run, const StartFacts& start, std::int64_t next_step,
               const RunFacts& before);

/// JSON text, ending in a newline. Bytes that are no UTF-8 are replaced.
std::string to_json(const RunFacts& facts);

/// Error naming the file and what is wrong with it. Nothing if there is no such file: a run of an
/// older version.
RunFacts read_run_facts(const std::filesystem::path& path);

}  // namespace amt
