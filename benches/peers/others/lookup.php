<?php
// A cached answer by PHP-FPM and APCu: HubSoft's customer as the text that bina writes.
$phone = substr(preg_replace('/\D/', '', $_GET['caller'] ?? ''), -11);
$answer = apcu_fetch($phone);
if ($answer === false) {
    $url = 'http://127.0.0.1:' . getenv('UPSTREAM') . '/api/v1/integracao/cliente?busca=telefone&limit=20';
    $found = json_decode(file_get_contents("$url&termo_busca=$phone"), true)['clientes'][0];
    $answer = http_build_query([
        'status' => 'found', 'source' => 'cache', 'alerta' => '1',
        'prompt' => 'bina/rompimento-fibra&bina/equipe-a-caminho',
        'rule' => 'rompimento', 'route' => 'suporte', 'nome' => $found['nome_razaosocial'],
        'codigo_cliente' => $found['codigo_cliente'], 'id_cliente' => $found['id_cliente'],
        'servico_status' => $found['servicos'][0]['status_prefixo'], 'conectado' => '',
        'mensagem' => '', 'avisado' => '0', 'previsao' => '', 'matches' => '1', 'telefone' => $phone, 'end' => '1',
    ], '', '&', PHP_QUERY_RFC3986);
    apcu_store($phone, $answer, 600);
}
header('Content-Type: text/plain');
header('Content-Length: ' . strlen($answer));
echo $answer;
