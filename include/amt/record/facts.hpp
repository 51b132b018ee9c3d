// RUN/run.json: facts about a run for its report. It is written at every start of the run:
//   {"format":"amt-run","version":1,"num_train_steps":300,"tokens_per_step":4096,
//    "tokens_per_epoch":7487488,"unigram_loss":5.43,"starts":2,"lost_steps":12,
//    "lost_seconds":4.1,"starting_seconds":3.2,"goodput":0.94,
//    "facts":[["parameters","7,967,744"], ...]}
#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

namespace amt {

/// The cost of interruptions to a run, over all of its starts.
struct RunStarts {
  std::int64_t starts = 0;      ///< including the present one
  std::int64_t lost_steps = 0;  ///< repeated because a process ended after its last checkpoint
  double lost_seconds = 0;      ///< time that those steps took
  double starting_seconds = 0;  ///< until the first step, summed over all starts

  /// Returns the fraction of the time that was not lost if the steps that were kept took `useful`
  /// seconds; nothing before the first step. Ignores validations, saves and the time between
  /// starts.
  std::optional<double> goodput(double useful) const;
};

struct RunFacts {
  std::int64_t num_train_steps = 0;
  std::int64_t tokens_per_step = 0;
  std::int64_t tokens_per_epoch = 0;   ///< tokens of all training rows; 0: unknown
  std::optional<double> unigram_loss;  ///< of the baseline: see unigram_loss()
  RunStarts starts;
  std::optional<double> goodput;                ///< from `starts`, for readers of the file
  std::vector<std::vector<std::string>> facts;  ///< name and text, in display order

  /// Returns the text of a fact; "" if there is no fact of this name.
  std::string text(const std::string& name) const;
  /// Sets the text of a fact, appending the fact if it is new.
  void set(const std::string& name, const std::string& text);
};

inline constexpr const char* kStartedFrom = "started from";
inline constexpr const char* kFirstStart = "first started";
inline constexpr const char* kLastStart = "last started";
inline constexpr const char* kEndedEarly = "ended early";  ///< the validation loss stopped falling

/// Facts about the start of a process.
struct StartFacts {
  std::string version, command;
  std::string started_from;    ///< for a new run: the source of its weights
  std::int64_t begins_at = 0;  ///< its first step: above 0 for a branch of another run
};

/// Adds to a run's facts when and how this process started, at step `next_step`, and counts this
/// start. Keeps facts about the beginning of the run from `before`, its previous run.json, unless
/// the run begins now.
void add_start(RunFacts& run, const StartFacts& start, std::int64_t next_step,
               const RunFacts& before);

/// Formats the facts as JSON with a final newline. Replaces invalid UTF-8.
std::string to_json(const RunFacts& facts);

/// Reads the facts. Returns none if there is no such file, as in runs of older versions. Throws an
/// Error naming the file and the problem if it is invalid.
RunFacts read_run_facts(const std::filesystem::path& path);

}  // namespace amt
