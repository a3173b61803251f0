// The Python module pyopenfx._host: the objects of the host, without manners of their own.
#include <chrono>

#include "effect.h"
#include "python_values.h"
#include "suites.h"

namespace pyopenfx {
namespace {

using Rect = std::array<double, 4>;
using Images = std::map<Text, std::shared_ptr<ImageBuffer>>;
constexpr auto kSignalInterval = std::chrono::milliseconds(20);

py::object optional_rect(const OfxRectD* r) {
  return r ? py::object(py::make_tuple(r->x1, r->y1, r->x2, r->y2)) : py::none();
}

// Asks the caller's function, and lets Ctrl-C through now and then.
std::function<bool()> abort_function(const py::object& callable) {
  const auto held = callable.is_none() ? nullptr : share(callable);
  auto last = std::make_shared<std::atomic<int64_t>>(0);
  return [held, last]() {
    const auto now = std::chrono::steady_clock::now().time_since_epoch();
    const int64_t ms = std::chrono::duration_cast<std::chrono::milliseconds>(now).count();
    if (!held && ms - *last < kSignalInterval.count()) return false;
    *last = ms;
    py::gil_scoped_acquire gil;
    if (PyErr_CheckSignals() != 0) throw py::error_already_set();
    return held && (*held)().cast<bool>();
  };
}

std::function<bool(double)> progress_function(const py::object& callable) {
  if (callable.is_none()) return nullptr;
  const auto held = share(callable);
  return [held](double fraction) {
    py::gil_scoped_acquire gil;
    return !(*held)(fraction).is(py::bool_(false));
  };
}

void feed(Clip& clip, const py::object& fetch, const py::object& extent) {
  if (fetch.is_none()) return clip.feed(nullptr, nullptr);
  const auto images = share(fetch);
  const auto extents = share(extent);
  clip.feed(
      [images](double time, std::array<double, 2> scale, const OfxRectD* region) {
        py::gil_scoped_acquire gil;
        const py::object image =
            (*images)(time, py::make_tuple(scale[0], scale[1]), optional_rect(region));
        return image.is_none() ? std::shared_ptr<const ImageBuffer>()
                               : image.cast<std::shared_ptr<ImageBuffer>>();
      },
      [extents](double time) -> std::optional<OfxRectD> {
        py::gil_scoped_acquire gil;
        const py::object rect = (*extents)(time);
        if (rect.is_none()) return std::nullopt;
        const Rect r = rect.cast<Rect>();
        return OfxRectD{r[0], r[1], r[2], r[3]};
      });
}

std::vector<Text> texts(const std::vector<std::string>& all) { return {all.begin(), all.end()}; }

py::list breach_list(const std::vector<Breach>& breaches) {
  py::list list;
  for (const Breach& b : breaches) {
    list.append(py::make_tuple(from_prop_value(b.rule), from_prop_value(b.text)));
  }
  return list;
}

py::tuple act(Effect& effect, const Text& action, const py::object& in, const py::object& out,
              const py::object& time, std::array<double, 2> scale, const Images& outputs,
              const Images& planes, const py::object& aborted, const py::object& progress) {
  PropertySet in_args, out_args;
  if (!in.is_none()) fill(&in_args, in.cast<py::dict>());
  if (!out.is_none()) fill(&out_args, out.cast<py::dict>());
  auto call = std::make_shared<Call>();
  call->has_time = !time.is_none();
  if (call->has_time) call->time = time.cast<double>();
  call->scale = scale;
  for (const auto& item : outputs) call->outputs[item.first.bytes] = item.second;
  for (const auto& item : planes) call->planes[item.first.bytes] = item.second;
  call->aborted = abort_function(aborted);
  call->progress = progress_function(progress);
  OfxStatus status;
  {
    py::gil_scoped_release free;
    status = effect.act(action, in.is_none() ? nullptr : &in_args,
                        out.is_none() ? nullptr : &out_args, call);
  }
  if (call->failure()) std::rethrow_exception(call->failure());
  return py::make_tuple(status, to_dict(out_args), breach_list(call->breaches()));
}

py::list messages(Effect& effect) {
  py::list list;
  for (const Message& m : effect.messages()) {
    list.append(
        py::make_tuple(from_prop_value(m.type), from_prop_value(m.id), from_prop_value(m.text)));
  }
  return list;
}

py::object persistent(Effect& effect) {
  const Message m = effect.persistent();
  if (m.type.empty()) return py::none();
  return py::make_tuple(from_prop_value(m.type), from_prop_value(m.id), from_prop_value(m.text));
}

void bind_properties(py::module_& m) {
  py::class_<PropertySet>(m, "PropertySet")
      .def("names", [](const PropertySet& s) { return texts(s.names()); })
      .def("has", [](const PropertySet& s, const Text& n) { return s.has(n); })
      .def("get", [](const PropertySet& s, const Text& n) { return from_prop_values(s.values(n)); })
      .def("put",
           [](PropertySet& s, const Text& n, const py::object& v) { s.put(n, to_prop_values(v)); })
      .def("remove", [](PropertySet& s, const Text& n) { return s.remove(n); })
      .def("pin", [](PropertySet& s, const Text& n) { return s.pin(n); })
      .def("as_dict", to_dict);
}

void bind_params(py::module_& m) {
  py::class_<Param>(m, "Param")
      .def_property_readonly("name", [](const Param& p) { return Text(p.name()); })
      .def_property_readonly("type", [](const Param& p) { return Text(p.type().name); })
      .def_property_readonly("count", [](const Param& p) { return p.type().count; })
      .def_property_readonly("whole",
                             [](const Param& p) { return p.type().store == ParamStore::kInt; })
      .def_property_readonly("properties", &Param::properties,
                             py::return_value_policy::reference_internal)
      .def("value",
           [](const Param& p, double time) {
             ParamValue value;
             {
               py::gil_scoped_release free;  // a plug-in may have to interpolate
               value = p.value_at(time);
             }
             return from_param_value(p.type(), value);
           })
      .def("set_constant",
           [](Param& p, const py::object& v) { p.set_constant(to_param_value(p.type(), v)); })
      .def("set_key", [](Param& p, double time,
                         const py::object& v) { p.set_key(time, to_param_value(p.type(), v)); })
      .def("curve", &Param::curve)
      .def("set_curve", &Param::set_curve)
      .def_property_readonly("curve_count", &Param::curve_count)
      .def("keys", &Param::keys)
      .def("delete_key", &Param::delete_key)
      .def("delete_keys", &Param::delete_keys);
}

void bind_clips(py::module_& m) {
  py::class_<ImageBuffer, std::shared_ptr<ImageBuffer>>(m, "ImageBuffer")
      .def(py::init(&to_image), py::arg("array"), py::arg("facts"), py::arg("writable") = false)
      .def_readonly("row_bytes", &ImageBuffer::row_bytes)
      .def_readonly("bounds", &ImageBuffer::bounds);
  py::class_<Clip>(m, "Clip")
      .def_property_readonly("name", [](const Clip& c) { return Text(c.name()); })
      .def_property_readonly("properties", &Clip::properties,
                             py::return_value_policy::reference_internal)
      .def("feed", feed, py::arg("fetch").none(true), py::arg("extent").none(true));
}

template <class T>
py::list list_of(const py::object& self, const std::vector<std::unique_ptr<T>>& items) {
  py::list list;
  for (const auto& item : items) {
    list.append(py::cast(item.get(), py::return_value_policy::reference_internal, self));
  }
  return list;
}

void bind_effect(py::module_& m) {
  py::class_<Effect, std::shared_ptr<Effect>>(m, "Effect")
      .def_static("descriptor",
                  [](std::shared_ptr<Plugin> p) { return std::shared_ptr<Effect>(new Effect(p)); })
      .def("in_context",
           [](const Effect& e, const Text& context) {
             return std::shared_ptr<Effect>(new Effect(e, context));
           })
      .def("instance",
           [](std::shared_ptr<Effect> e) { return std::shared_ptr<Effect>(new Effect(e)); })
      .def_property_readonly("properties", &Effect::properties,
                             py::return_value_policy::reference_internal)
      .def(
          "params",
          [](const py::object& self) { return list_of(self, self.cast<Effect&>().params().all()); })
      .def("clips",
           [](const py::object& self) { return list_of(self, self.cast<Effect&>().clips()); })
      .def("act", act, py::arg("action"), py::arg("in_args").none(true),
           py::arg("out_args").none(true), py::arg("time").none(true) = py::none(),
           py::arg("scale") = std::array<double, 2>{1, 1}, py::arg("outputs") = Images(),
           py::arg("planes") = Images(), py::arg("aborted").none(true) = py::none(),
           py::arg("progress").none(true) = py::none())
      .def("take_plugin_edits", [](Effect& e) { return texts(e.take_plugin_edits()); })
      .def("messages", messages)
      .def("add_message", [](Effect& e, const Text& type, const Text& id,
                             const Text& text) { e.add_message({type, id, text}); })
      .def_property_readonly("message_count", &Effect::message_count)
      .def("persistent", persistent)
      .def("clear_persistent", [](Effect& e) { e.set_persistent({}); })
      .def("bury", &Effect::bury)
      .def("note", [](Effect& e, const Text& rule, const Text& text) { e.note({rule, text}); })
      .def("notes", [](Effect& e) { return breach_list(e.notes()); })
      .def_property(
          "time", [](const Effect& e) { return e.time.load(); },
          [](Effect& e, double t) { e.time = t; })
      .def_property(
          "time_bounds",
          [](const Effect& e) { return py::make_tuple(e.first_time.load(), e.last_time.load()); },
          [](Effect& e, std::array<double, 2> b) {
            e.first_time = b[0];
            e.last_time = b[1];
          })
      .def_property(
          "stop", [](const Effect& e) { return e.stop.load(); },
          [](Effect& e, bool stop) { e.stop = stop; })
      .def_property(
          "answer", [](const Effect& e) { return e.answer.load(); },
          [](Effect& e, int answer) { e.answer = answer; });
}

void set_quirk(HostRecord& record, const std::string& name) {
  Quirks& q = record.quirks;
  const std::map<std::string, bool*> flags = {
      {"null_persistent_message", &q.null_persistent_message},
      {"never_aborts", &q.never_aborts},
      {"current_frame_only", &q.current_frame_only},
      {"undefined_clip_is_null", &q.undefined_clip_is_null},
      {"missing_image_is_null", &q.missing_image_is_null},
      {"silent_custom", &q.silent_custom},
      {"copies_no_params", &q.copies_no_params},
      {"time_line_is_mute", &q.time_line_is_mute},
      {"image_scale_is_one", &q.image_scale_is_one},
      {"forwards_arguments", &q.forwards_arguments},
      {"made_up_values", &q.made_up_values},
  };
  const auto flag = flags.find(name);
  if (flag == flags.end()) throw py::value_error("there is no quirk " + name);
  *flag->second = true;
}

// What the loader says holds paths, which need be no UTF-8.
void bind_binary_error(py::module_& m) {
  static PyObject* const kind =
      py::exception<BinaryError>(m, "BinaryError", PyExc_RuntimeError).release().ptr();
  py::register_exception_translator([](std::exception_ptr thrown) {
    try {
      if (thrown) std::rethrow_exception(thrown);
    } catch (const BinaryError& error) {
      PyErr_SetObject(kind, py::cast(Text(error.what())).ptr());
    }
  });
}

void bind_plugins(py::module_& m) {
  bind_binary_error(m);
  // Never deleted: a plug-in may keep the pointer that setHost gave it.
  py::class_<HostRecord, std::unique_ptr<HostRecord, py::nodelete>>(m, "HostRecord")
      .def(py::init<>())
      .def_property_readonly("properties", &HostRecord::properties,
                             py::return_value_policy::reference)
      .def("hide_suite", [](HostRecord& r, const std::string& name,
                            int version) { r.quirks.absent_suites.insert({name, version}); })
      .def("set_quirk", set_quirk);
  py::class_<Plugin, std::shared_ptr<Plugin>>(m, "Plugin")
      .def_property_readonly("identifier", [](Plugin& p) { return Text(p.identifier()); })
      .def_property_readonly("version",
                             [](Plugin& p) { return py::make_tuple(p.major(), p.minor()); })
      .def_property_readonly("binary", [](const Plugin& p) { return Text(p.binary()); })
      .def_property_readonly("bundle", [](const Plugin& p) { return Text(p.bundle()); })
      .def("acquire", &Plugin::acquire, py::call_guard<py::gil_scoped_release>())
      .def("release", &Plugin::release, py::call_guard<py::gil_scoped_release>());
  m.def(
      "open_binary", [](const Text& path, const Text& bundle) { return open_binary(path, bundle); },
      py::arg("path"), py::arg("bundle"), py::call_guard<py::gil_scoped_release>());
}

}  // namespace
}  // namespace pyopenfx

PYBIND11_MODULE(_host, m) {
  using namespace pyopenfx;
  m.doc() = "The C++ side of pyopenfx; use pyopenfx.Host.";
  bind_properties(m);
  bind_params(m);
  bind_clips(m);
  bind_plugins(m);
  bind_effect(m);
  m.def("block", &block_array, py::arg("bytes"));
  m.def("empty_pool", &empty_pool);
  m.def("tell_missing_suites", &tell_missing_suites, py::arg("tell"));
  m.def("missing_suites", [] {
    py::list list;
    for (const MissingSuite& s : missing_suites())
      list.append(py::make_tuple(Text(s.name), s.version));
    return list;
  });
  m.def("take_stray_breaches", [] { return breach_list(take_stray_breaches()); });
  m.def("pool_idle_bytes", &pool_idle_bytes);
  m.def("set_thread_count", &set_thread_count);
  m.def("thread_count", &thread_count);
}
