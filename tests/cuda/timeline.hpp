// Determines by vector clocks which work on a device's streams and on the host happens before
// which: two accesses to the same memory without an order between them are a race, whether or not
// it affected the numbers.
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

  /// The host queues work on a stream: it happens after everything that the host has done or waited
  /// for. Later accesses of `stream` belong to this work.
  void queue(Agent stream, const std::string& name);
  /// The agent's current work accesses memory; for the host, this is what it is doing now.
  void touches(Agent agent, const void* memory, std::size_t bytes, Use use);
  /// `memory` is new or freed: nobody uses it, because freeing memory waits for the device.
  void forget(const void* memory, std::size_t bytes);

  void record(const void* event, Agent stream);
  void stream_waits(Agent stream, const void* event);
  void host_waits_for_event(const void* event);
  void host_waits_for_stream(Agent stream);
  void host_waits_for_all();
  /// Adds an error to races() unless the host knows that the event has passed.
  void host_asks_time_of(const void* event);

  /// Notes a copy to the host, which host_reads_copy() uses.
  void copied_to_host(const void* memory, std::size_t bytes) { copy_ = {memory, bytes}; }
  void host_reads_copy() { touches(kHost, copy_.first, copy_.second, Use::kReads); }

  /// The waits of streams and host so far that added an order, by name.
  const std::vector<std::string>& waits() const { return waits_; }
  /// The waits with these indices into waits() are ignored.
  void leave_out(std::set<std::size_t> waits) { left_out_ = std::move(waits); }

  /// "read by A, not ordered after the write by B", each pair once.
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
