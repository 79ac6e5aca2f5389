package main

import (
	accesslogv3 "github.com/envoyproxy/go-control-plane/envoy/config/accesslog/v3"
	clusterv3 "github.com/envoyproxy/go-control-plane/envoy/config/cluster/v3"
	endpointv3 "github.com/envoyproxy/go-control-plane/envoy/config/endpoint/v3"
	listenerv3 "github.com/envoyproxy/go-control-plane/envoy/config/listener/v3"
	routev3 "github.com/envoyproxy/go-control-plane/envoy/config/route/v3"
	tracev3 "github.com/envoyproxy/go-control-plane/envoy/config/trace/v3"
	celfilterv3 "github.com/envoyproxy/go-control-plane/envoy/extensions/access_loggers/filters/cel/v3"
	streamv3 "github.com/envoyproxy/go-control-plane/envoy/extensions/access_loggers/stream/v3"
	corsv3 "github.com/envoyproxy/go-control-plane/envoy/extensions/filters/http/cors/v3"
	faultv3 "github.com/envoyproxy/go-control-plane/envoy/extensions/filters/http/fault/v3"
	headermutationv3 "github.com/envoyproxy/go-control-plane/envoy/extensions/filters/http/header_mutation/v3"
	localratelimitv3 "github.com/envoyproxy/go-control-plane/envoy/extensions/filters/http/local_ratelimit/v3"
	ondemandv3 "github.com/envoyproxy/go-control-plane/envoy/extensions/filters/http/on_demand/v3"
	routerv3 "github.com/envoyproxy/go-control-plane/envoy/extensions/filters/http/router/v3"
	statefulsessionv3 "github.com/envoyproxy/go-control-plane/envoy/extensions/filters/http/stateful_session/v3"
	httpinspectorv3 "github.com/envoyproxy/go-control-plane/envoy/extensions/filters/listener/http_inspector/v3"
	originaldstv3 "github.com/envoyproxy/go-control-plane/envoy/extensions/filters/listener/original_dst/v3"
	originalsrcv3 "github.com/envoyproxy/go-control-plane/envoy/extensions/filters/listener/original_src/v3"
	tlsinspectorv3 "github.com/envoyproxy/go-control-plane/envoy/extensions/filters/listener/tls_inspector/v3"
	directresponsev3 "github.com/envoyproxy/go-control-plane/envoy/extensions/filters/network/direct_response/v3"
	connectionmanagerv3 "github.com/envoyproxy/go-control-plane/envoy/extensions/filters/network/http_connection_manager/v3"
	filterstatev3 "github.com/envoyproxy/go-control-plane/envoy/extensions/filters/network/set_filter_state/v3"
	tcpproxyv3 "github.com/envoyproxy/go-control-plane/envoy/extensions/filters/network/tcp_proxy/v3"
	earlymutationv3 "github.com/envoyproxy/go-control-plane/envoy/extensions/http/early_header_mutation/header_mutation/v3"
	preservecasev3 "github.com/envoyproxy/go-control-plane/envoy/extensions/http/header_formatters/preserve_case/v3"
	cookiesessionv3 "github.com/envoyproxy/go-control-plane/envoy/extensions/http/stateful_session/cookie/v3"
	headersessionv3 "github.com/envoyproxy/go-control-plane/envoy/extensions/http/stateful_session/header/v3"
	maglevv3 "github.com/envoyproxy/go-control-plane/envoy/extensions/load_balancing_policies/maglev/v3"
	ringhashv3 "github.com/envoyproxy/go-control-plane/envoy/extensions/load_balancing_policies/ring_hash/v3"
	uuidv3 "github.com/envoyproxy/go-control-plane/envoy/extensions/request_id/uuid/v3"
	previoushostsv3 "github.com/envoyproxy/go-control-plane/envoy/extensions/retry/host/previous_hosts/v3"
	detectorsv3 "github.com/envoyproxy/go-control-plane/envoy/extensions/tracers/opentelemetry/resource_detectors/v3"
	samplersv3 "github.com/envoyproxy/go-control-plane/envoy/extensions/tracers/opentelemetry/samplers/v3"
	internalupstreamv3 "github.com/envoyproxy/go-control-plane/envoy/extensions/transport_sockets/internal_upstream/v3"
	rawbufferv3 "github.com/envoyproxy/go-control-plane/envoy/extensions/transport_sockets/raw_buffer/v3"
	tlsv3 "github.com/envoyproxy/go-control-plane/envoy/extensions/transport_sockets/tls/v3"
	upstreamhttpv3 "github.com/envoyproxy/go-control-plane/envoy/extensions/upstreams/http/v3"
	discoveryv3 "github.com/envoyproxy/go-control-plane/envoy/service/discovery/v3"
	"google.golang.org/protobuf/proto"
)

// messages are what the control plane speaks and configures. What their fields refer to comes along; what stands in an
// Any must be named here.
var messages = []proto.Message{
	&discoveryv3.DeltaDiscoveryRequest{},
	&discoveryv3.DeltaDiscoveryResponse{},

	&clusterv3.Cluster{},
	&endpointv3.ClusterLoadAssignment{},
	&listenerv3.Listener{},
	&routev3.RouteConfiguration{},
	&tlsv3.Secret{},

	&accesslogv3.AccessLog{},
	&celfilterv3.ExpressionFilter{},
	&connectionmanagerv3.HttpConnectionManager{},
	&cookiesessionv3.CookieBasedSessionState{},
	&corsv3.Cors{},
	&corsv3.CorsPolicy{},
	&detectorsv3.StaticConfigResourceDetectorConfig{},
	&directresponsev3.Config{},
	&earlymutationv3.HeaderMutation{},
	&faultv3.HTTPFault{},
	&filterstatev3.Config{},
	&headermutationv3.HeaderMutation{},
	&headermutationv3.HeaderMutationPerRoute{},
	&headersessionv3.HeaderBasedSessionState{},
	&httpinspectorv3.HttpInspector{},
	&ondemandv3.OnDemand{},
	&ondemandv3.PerRouteConfig{},
	&internalupstreamv3.InternalUpstreamTransport{},
	&localratelimitv3.LocalRateLimit{},
	&maglevv3.Maglev{},
	&originaldstv3.OriginalDst{},
	&originalsrcv3.OriginalSrc{},
	&preservecasev3.PreserveCaseFormatterConfig{},
	&previoushostsv3.PreviousHostsPredicate{},
	&rawbufferv3.RawBuffer{},
	&ringhashv3.RingHash{},
	&routerv3.Router{},
	&samplersv3.ParentBasedSamplerConfig{},
	&samplersv3.TraceIdRatioBasedSamplerConfig{},
	&statefulsessionv3.StatefulSession{},
	&statefulsessionv3.StatefulSessionPerRoute{},
	&streamv3.StdoutAccessLog{},
	&tcpproxyv3.TcpProxy{},
	&tlsinspectorv3.TlsInspector{},
	&tlsv3.DownstreamTlsContext{},
	&tlsv3.UpstreamTlsContext{},
	&tracev3.OpenTelemetryConfig{},
	&upstreamhttpv3.HttpProtocolOptions{},
	&uuidv3.UuidRequestIdConfig{},
}
