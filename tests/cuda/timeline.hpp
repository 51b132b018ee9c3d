// Finds races between the work on a device's streams and on the host by vector clocks: two accesses
// to the same memory without an order between them, whether or not this affected the numbers.
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

  /// Reports that the host queues work on a stream. It happens after everything that the host has
  /// done or waited for; later accesses by `stream` belong to it.
  void queue(Agent stream, const std::string& name);
  /// Reports an access to memory by the agent's current work, or by the host itself.
  void touches(Agent agent, const void* memory, std::size_t bytes, Use use);
  /// Reports that `memory` was allocated or freed. Nothing uses it at that moment, because freeing
  /// memory waits for the device.
  void forget(const void* memory, std::size_t bytes);

  void record(const void* event, Agent stream);
  void stream_waits(Agent stream, const void* event);
  void host_waits_for_event(const void* event);
  void host_waits_for_stream(Agent stream);
  void host_waits_for_all();
  /// Reports that the host reads an event's time. It is a race unless the host has waited for the
  /// event.
  void host_asks_time_of(const void* event);

  /// Remembers the destination of a copy to the host for host_reads_copy().
  void copied_to_host(const void* memory, std::size_t bytes) { copy_ = {memory, bytes}; }
  void host_reads_copy() { touches(kHost, copy_.first, copy_.second, Use::kReads); }

  /// Returns descriptions of the waits so far, by streams and the host, that added an order.
  const std::vector<std::string>& waits() const { return waits_; }
  /// Ignores the waits with these indices into waits().
  void leave_out(std::set<std::size_t> waits) { left_out_ = std::move(waits); }

  /// Returns races such as "read by A, not ordered after the write by B", each pair once.
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
    std::map<Agent, Touch> read;  ///< reads since that write
  };
  using Cells = std::map<std::uintptr_t, Cell>;  ///< disjoint ranges of memory by first address

  void learn(Agent agent, const Clock& other, const std::string& wait);
  Cells::iterator split(std::uintptr_t at);
  void touch(Cell& cell, const Touch& touch, Use use);
  void expect_after(const Touch& earlier, const Touch& later, const char* what);
  std::string name_of(Agent agent);

  std::map<Agent, Clock> clocks_;
  std::map<Agent, std::string> work_;  ///< the newest work of each stream
  std::map<const void*, Clock> events_;
  std::map<const void*, std::string> event_work_;  ///< the newest work before each event
  Cells cells_;
  std::pair<const void*, std::size_t> copy_;
  std::vector<std::string> waits_, races_;
  std::set<std::size_t> left_out_;
};

}  // namespace amt::test
