// Which piece of work happens before which, on the streams of a device and on the host, by vector
// clocks: what touches the same memory without an order between them is a race, whether or not it
// showed in the numbers.
#pragma once

#include <cstdint>
#include <map>
#include <set>
#include <string>
#include <vector>

namespace amt::test {

class Timeline {
 public:
  using Agent = const void*;  ///< a stream; null: the host
  static constexpr Agent kHost = nullptr;
  enum class Use : std::uint8_t { kReads, kWrites };

  /// The host gives a stream a piece of work: it comes after all that the host has done or waited
  /// for. What `stream` touches from now on belongs to it.
  void queue(Agent stream, const std::string& name);
  /// The agent's current piece of work touches memory; the host's is what it does now.
  void touches(Agent agent, const void* memory, std::size_t bytes, Use use);
  /// `memory` is new, or given back: nobody uses it, as whoever frees memory waits for the device.
  void forget(const void* memory, std::size_t bytes);

  void record(const void* event, Agent stream);
  void stream_waits(Agent stream, const void* event);
  void host_waits_for_event(const void* event);
  void host_waits_for_stream(Agent stream);
  void host_waits_for_all();
  /// Error in races() unless the host knows that the event has passed.
  void host_asks_time_of(const void* event);

  /// A copy to the host, so that host_reads_copy() can stand for its use.
  void copied_to_host(const void* memory, std::size_t bytes) { copy_ = {memory, bytes}; }
  void host_reads_copy() { touches(kHost, copy_.first, copy_.second, Use::kReads); }

  /// Waits of streams and host that taught them anything, so far: their names in order.
  const std::vector<std::string>& waits() const { return waits_; }
  /// The waits of these numbers, counted as waits() are, do not happen.
  void leave_out(std::set<std::size_t> waits) { left_out_ = std::move(waits); }

  /// "read by A, not ordered after write by B", each pair once.
  const std::vector<std::string>& races() const { return races_; }

 private:
  using Clock = std::map<Agent, std::uint64_t>;
  struct Touch {
    Agent agent = kHost;
    std::uint64_t time = 0;  ///< 0: never
    std::string name;
  };
  struct Cell {
    std::uintptr_t end = 0;
    Touch written;
    std::map<Agent, Touch> read;  ///< since then
  };
  using Cells = std::map<std::uintptr_t, Cell>;  ///< by where they begin; they do not overlap

  void learn(Agent agent, const Clock& other, const std::string& wait);
  Cells::iterator split(std::uintptr_t at);
  void touch(Cell& cell, const Touch& touch, Use use);
  void expect_after(const Touch& earlier, const Touch& later, const char* what);
  std::string name_of(Agent agent);

  std::map<Agent, Clock> clocks_;
  std::map<Agent, std::string> work_;  ///< the newest of each
  std::map<const void*, Clock> events_;
  std::map<const void*, std::string> event_work_;  ///< the newest before each
  Cells cells_;
  std::pair<const void*, std::size_t> copy_;
  std::vector<std::string> waits_, races_;
  std::set<std::size_t> left_out_;
};

}  // namespace amt::test
